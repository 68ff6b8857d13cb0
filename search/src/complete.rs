//! Completes what a user is typing: words, brands, categories, and products by part number or words.

use crate::error::Result;
use crate::index::Index;
use crate::normalise::{compact, look_alike, words};
use crate::query::{Audience, Completion, CompletionKind, Query};
use crate::snapshot::Snapshot;

impl Index {
    /// At most `limit` completions of `prefix`. Products are completed only if `visible_to` may see them; words, brands and
    /// categories are public.
    pub fn complete(&self, prefix: &str, limit: usize, visible_to: &Audience) -> Result<Vec<Completion>> {
        let snapshot = self.snapshot();
        let cut = prefix.char_indices().nth(100).map_or(prefix.len(), |(at, _)| at);
        let prefix = &prefix[..cut];
        let mut out = Vec::new();
        complete_labels(prefix, limit.div_ceil(3), &snapshot, &mut out);
        complete_words(prefix, limit.div_ceil(3), &snapshot, &mut out);
        let left = limit.saturating_sub(out.len());
        self.complete_products(prefix, left, visible_to, &snapshot, &mut out)?;
        out.truncate(limit);
        Ok(out)
    }

    fn complete_products(
        &self,
        prefix: &str,
        limit: usize,
        visible_to: &Audience,
        snapshot: &Snapshot,
        out: &mut Vec<Completion>,
    ) -> Result<()> {
        let number = compact(prefix);
        if number.len() < 2 || limit == 0 {
            return Ok(());
        }
        let mut query = Query::new("", visible_to.clone());
        query.limit = limit;
        let mut push = |id: u64, sku: String, title: String| {
            if !out.iter().any(|c| c.id == Some(id)) {
                out.push(Completion { text: title, kind: CompletionKind::Product, id: Some(id), sku: Some(sku) });
            }
        };
        let by_number = snapshot.with_number_prefix(&look_alike(&number), limit, &query)?;
        let enough = by_number.len() >= limit;
        for (id, stored) in by_number {
            push(id, stored.sku, stored.title);
        }
        let typed = words(prefix);
        let Some((last, before)) = typed.split_last().filter(|_| !enough) else {
            return Ok(());
        };
        let ends = snapshot.lexicon.with_prefix(&last.text, 1);
        let Some((end, _)) = ends.first() else {
            return Ok(());
        };
        let mut parts: Vec<&str> = before.iter().map(|w| w.text.as_str()).collect();
        parts.push(end);
        query.text = parts.join(" ");
        for hit in self.find(&query)?.items {
            push(hit.id, hit.sku, hit.title);
        }
        Ok(())
    }
}

/// Brands and categories that have a word that begins with the typed text.
fn complete_labels(prefix: &str, limit: usize, snapshot: &Snapshot, out: &mut Vec<Completion>) {
    let typed: Vec<String> = words(prefix).into_iter().map(|w| w.text).collect();
    if typed.is_empty() {
        return;
    }
    let typed = format!(" {}", typed.join(" "));
    let lists =
        [(&snapshot.lexicon.brand_names, CompletionKind::Brand), (&snapshot.lexicon.categories, CompletionKind::Category)];
    for (names, kind) in lists {
        let found = names.iter().filter(|name| name.words.contains(&typed)).take(limit.div_ceil(2));
        out.extend(found.map(|name| Completion { text: name.written.clone(), kind, id: None, sku: None }));
    }
}

/// The typed text with its last word completed.
fn complete_words(prefix: &str, limit: usize, snapshot: &Snapshot, out: &mut Vec<Completion>) {
    let typed = words(prefix);
    let Some(last) = typed.last().filter(|w| w.end == prefix.trim_end().len() && w.end == prefix.len()) else {
        return;
    };
    for (word, _) in snapshot.lexicon.with_prefix(&last.text, limit) {
        let text = format!("{}{word}", &prefix[..last.start]);
        out.push(Completion { text, kind: CompletionKind::Words, id: None, sku: None });
    }
}
