//! What is being typed, finished for whoever types.

use std::sync::Arc;

use search::{Audience, Completion, CompletionKind, Filter, Index, Query};

/// At most `limit` ways to finish `prefix`. Words, brands and categories are of the whole catalog; for those who see only a
/// part of it each is looked for, so that none tells of what they may not see.
pub(super) fn complete(engine: &Index, prefix: &str, limit: usize, audience: &Audience) -> search::Result<Vec<Completion>> {
    let found = engine.complete(prefix, limit, audience)?;
    if !matches!(audience, Audience::Sees(_)) {
        return Ok(found);
    }
    let mut shown = Vec::with_capacity(found.len());
    for completion in found {
        let text = completion.text.clone();
        let filter = |name: &str| vec![Filter { name: name.to_owned(), value: text.clone() }];
        let mut query = Query { limit: 1, ..Query::new("", audience.clone()) };
        match completion.kind {
            CompletionKind::Product => {
                shown.push(completion);
                continue;
            }
            CompletionKind::Brand => query.filters = filter("brand"),
            CompletionKind::Category => query.filters = filter("category"),
            CompletionKind::Words => query.text = text,
        }
        if finds(engine, &query)? {
            shown.push(completion);
        }
    }
    Ok(shown)
}

/// Those of the questions that have a result for whoever sees only a part of the catalog.
pub(super) fn fruitful(engine: &Index, questions: Vec<Arc<str>>, audience: &Audience) -> search::Result<Vec<Arc<str>>> {
    if !matches!(audience, Audience::Sees(_)) {
        return Ok(questions);
    }
    let mut shown = Vec::with_capacity(questions.len());
    for question in questions {
        if finds(engine, &Query { limit: 1, ..Query::new(&*question, audience.clone()) })? {
            shown.push(question);
        }
    }
    Ok(shown)
}

fn finds(engine: &Index, query: &Query) -> search::Result<bool> {
    let hits = engine.find(query)?;
    Ok(hits.total > 0 && !hits.relaxed)
}
