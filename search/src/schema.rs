//! The fields of the index and how a document becomes terms.
//!
//! Text stands in three fields of falling weight, so one word may match in any of them and is counted once. Identifiers, quantities,
//! devices and paired values have fields of their own, whose terms only query understanding produces.
//!
//! Not here: what a query does with them (`understand`, `score`).

use std::collections::{BTreeMap, HashMap, HashSet};

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, JsonObjectOptions, OwnedValue, STORED, STRING, Schema,
    TextFieldIndexing, TextOptions,
};
use tantivy::{TantivyDocument, Term};

use crate::compatibility;
use crate::document::{Document, Lifecycle, Value};
use crate::normal::{Stems, Word, compact, gtin, key, look_alike, words};
use crate::record::{Record, named_identifiers};
use crate::units;

/// Raised whenever the terms of a document change, so that an index written by an older program is rebuilt.
pub(crate) const VERSION: u32 = 1;

#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    /// SKU for sorting.
    pub(crate) sku: Field,
    pub(crate) record: Field,
    /// Title, brand, categories, keywords: stemmed words, frequency counted.
    pub(crate) title: Field,
    pub(crate) body: Field,
    pub(crate) attributes: Field,
    /// Words as written, for spelling and completion.
    pub(crate) raw: Field,
    /// `pair:a|b` and `end:a` of paired attributes, `head:w` for the product's kind.
    pub(crate) value: Field,
    pub(crate) quantity: Field,
    pub(crate) device: Field,
    pub(crate) identifier: Field,
    pub(crate) gram: Field,
    pub(crate) own: Field,
    /// Lower-case brand and category terms: `brand:…`, `category:…`, `category#id`.
    pub(crate) label: Field,
    pub(crate) allow: Field,
    pub(crate) deny: Field,
    /// Marks `restricted`, `hidden`, `discontinued`, and `sparse` for products told of without brand and GTIN.
    pub(crate) mark: Field,
    pub(crate) brand: Field,
    pub(crate) category: Field,
    /// One column per attribute.
    pub(crate) columns: Field,
}

pub(crate) fn schema() -> (Schema, Fields) {
    let mut b = Schema::builder();
    let counted = || {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::WithFreqs);
        TextOptions::default().set_indexing_options(indexing)
    };
    let listed = || {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false);
        TextOptions::default().set_indexing_options(indexing)
    };
    let whole = || {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_index_option(IndexRecordOption::Basic)
                .set_fieldnorms(false),
        )
    };
    let fields = Fields {
        id: b.add_u64_field("id", INDEXED | FAST),
        sku: b.add_text_field("sku", TextOptions::default().set_fast("raw")),
        record: b.add_bytes_field("record", STORED),
        title: b.add_text_field("title", counted()),
        body: b.add_text_field("body", counted()),
        attributes: b.add_text_field("attributes", counted()),
        raw: b.add_text_field("raw", listed()),
        value: b.add_text_field("value", whole()),
        quantity: b.add_text_field("quantity", listed()),
        device: b.add_text_field("device", listed()),
        identifier: b.add_text_field("identifier", listed()),
        gram: b.add_text_field("gram", listed()),
        own: b.add_text_field("own", listed()),
        label: b.add_text_field("label", whole()),
        allow: b.add_u64_field("allow", INDEXED),
        deny: b.add_u64_field("deny", INDEXED),
        mark: b.add_text_field("mark", STRING),
        brand: b.add_text_field("brand", TextOptions::default().set_fast("raw")),
        category: b.add_text_field("category", TextOptions::default().set_fast("raw")),
        columns: b.add_json_field("columns", JsonObjectOptions::default().set_fast("raw")),
    };
    (b.build(), fields)
}

impl Fields {
    pub(crate) fn id_term(&self, id: u64) -> Term {
        Term::from_field_u64(self.id, id)
    }
}

/// Turns documents into terms. Keeps the stems it has seen, so it is fast when used for many.
pub(crate) struct Writer {
    fields: Fields,
    stems: Stems,
    known: HashMap<String, String, ahash::RandomState>,
}

/// The words of one document on their way into the text fields.
#[derive(Default)]
struct Texts {
    title: String,
    body: String,
    attributes: String,
    raw: HashSet<String, ahash::RandomState>,
}

impl Writer {
    pub(crate) fn new(fields: Fields) -> Self {
        Self {
            fields,
            stems: Stems::new(),
            known: HashMap::default(),
        }
    }

    pub(crate) fn document(&mut self, d: &Document) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        out.add_u64(self.fields.id, d.id);
        out.add_text(self.fields.sku, &d.sku);
        out.add_bytes(self.fields.record, &Record::of(d).encode());
        self.texts(d, &mut out);
        self.quantities(d, &mut out);
        self.identifiers(d, &mut out);
        out.add_text(self.fields.device, compatibility::terms(d));
        for term in pairs(d).into_iter().chain(self.heads(d)) {
            out.add_text(self.fields.value, term);
        }
        self.labels(d, &mut out);
        self.columns(d, &mut out);
        out
    }

    fn texts(&mut self, d: &Document, out: &mut TantivyDocument) {
        let mut t = Texts::default();
        let (what, about) = d.title.split_at(context(&d.title));
        self.text(what, &mut t.title, Some(&mut t.raw));
        self.text(about, &mut t.body, Some(&mut t.raw));
        let title_words = t.raw.clone();
        if !words(&d.brand)
            .iter()
            .all(|w| title_words.contains(&w.text))
        {
            self.text(&d.brand, &mut t.title, Some(&mut t.raw));
        }
        for text in d.categories.iter().map(|c| &c.name).chain(&d.keywords) {
            self.text(text, &mut t.title, Some(&mut t.raw));
        }
        self.text(&d.mpn, &mut t.body, None);
        self.text(&d.sku, &mut t.body, None);
        if d.description != d.title {
            self.text(&d.description, &mut t.body, Some(&mut t.raw));
        }
        for a in &d.attributes {
            match &a.value {
                Value::Text(text) => self.text(text, &mut t.attributes, None),
                Value::Number(n, unit) => {
                    self.text(&format!("{n} {unit}"), &mut t.attributes, None)
                }
                Value::Bool(true) => self.text(&a.name, &mut t.attributes, None),
                Value::Bool(false) => {}
            }
        }
        out.add_text(self.fields.title, &t.title);
        out.add_text(self.fields.body, &t.body);
        out.add_text(self.fields.attributes, &t.attributes);
        let mut raw = String::new();
        for word in t.raw {
            push(&mut raw, &word);
        }
        out.add_text(self.fields.raw, &raw);
    }

    /// Appends the stems of `text`, and words that a border of letters and digits splits also joined: `cat 6a` as `cat6a`.
    fn text(
        &mut self,
        text: &str,
        into: &mut String,
        mut raw: Option<&mut HashSet<String, ahash::RandomState>>,
    ) {
        let mut before: Option<String> = None;
        for word in words(text).into_iter().take(2000) {
            push(into, &self.stem(&word.text));
            if let Some(joined) = before.as_deref().and_then(|b| joined(b, &word.text)) {
                push(into, &joined);
            }
            if let Some(raw) = raw.as_deref_mut() {
                raw.insert(word.text.clone());
            }
            before = Some(word.text);
        }
    }

    fn stem(&mut self, word: &str) -> String {
        if let Some(stem) = self.known.get(word) {
            return stem.clone();
        }
        let stem = self.stems.stem(word);
        if self.known.len() < 100_000 {
            self.known.insert(word.to_owned(), stem.clone());
        }
        stem
    }

    /// What the product is: title words that end a noun phrase. In `notebook case, black` that is the case. And neighbours.
    fn heads(&mut self, d: &Document) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        let what = &d.title[..context(&d.title)];
        let first_part = what.find([',', ';']).or(what.find(" - ")).unwrap_or(what.len());
        let all = words(what);
        for (at, word) in all.iter().enumerate() {
            let next = all.get(at + 1);
            if let Some(next) = next {
                out.push(neighbours(&self.stem(&word.text), &self.stem(&next.text)));
            }
            if word.end <= first_part && ends_phrase(what, &all, at) {
                out.push(format!("head:{}", self.stem(&word.text)));
            }
        }
        if let Some(category) = d.categories.last() {
            out.extend(words(&category.name).last().map(|w| format!("head:{}", self.stem(&w.text))));
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    fn quantities(&self, d: &Document, out: &mut TantivyDocument) {
        let mut terms: HashSet<String, ahash::RandomState> = HashSet::default();
        for a in &d.attributes {
            let key = key(&a.name);
            if is_logistic(&key) {
                continue;
            }
            match &a.value {
                Value::Number(n, unit) => match units::unit(unit) {
                    Some((dimension, factor)) => {
                        terms.extend(units::known_term("k", dimension, n * factor))
                    }
                    None => terms.extend(units::unknown_term(units::guess(&key), *n)),
                },
                Value::Text(text) if text.len() <= 60 => known("k", text, &mut terms),
                _ => {}
            }
        }
        known("k", &d.description, &mut terms);
        known("t", &d.title, &mut terms);
        out.add_text(
            self.fields.quantity,
            terms.into_iter().collect::<Vec<_>>().join(" "),
        );
    }

    fn identifiers(&self, d: &Document, out: &mut TantivyDocument) {
        let mut terms: HashSet<String, ahash::RandomState> = HashSet::default();
        let mut grams: HashSet<String, ahash::RandomState> = HashSet::default();
        let named = named_identifiers(d);
        let numbers = std::iter::once(&d.sku)
            .chain([&d.mpn])
            .chain(&d.other_identifiers)
            .chain(&named);
        for number in numbers.map(|n| compact(n)).filter(|n| !n.is_empty()) {
            let folded = look_alike(&number);
            grams.extend(crate::identify::grams(&folded));
            terms.insert(folded);
        }
        for number in d.gtins.iter().map(|n| compact(n)) {
            if let Some(digits) = gtin(&number) {
                terms.insert(digits.to_owned());
            }
            terms.insert(look_alike(&number));
        }
        let own = d
            .customer_part_numbers
            .iter()
            .map(|(account, number)| crate::identify::own_term(*account, &compact(number)));
        out.add_text(self.fields.own, own.collect::<Vec<_>>().join(" "));
        out.add_text(
            self.fields.identifier,
            terms.into_iter().collect::<Vec<_>>().join(" "),
        );
        out.add_text(
            self.fields.gram,
            grams.into_iter().collect::<Vec<_>>().join(" "),
        );
    }

    fn labels(&self, d: &Document, out: &mut TantivyDocument) {
        if !d.brand.is_empty() {
            out.add_text(self.fields.brand, &d.brand);
            out.add_text(
                self.fields.label,
                format!("brand:{}", d.brand.to_lowercase()),
            );
        }
        for c in &d.categories {
            out.add_text(self.fields.category, &c.name);
            out.add_text(
                self.fields.label,
                format!("category:{}", c.name.to_lowercase()),
            );
            out.add_text(self.fields.label, format!("category#{}", c.id));
        }
        for id in &d.visibility.allow {
            out.add_u64(self.fields.allow, *id);
        }
        for id in &d.visibility.deny {
            out.add_u64(self.fields.deny, *id);
        }
        if !d.visibility.allow.is_empty() {
            out.add_text(self.fields.mark, "restricted");
        }
        if d.brand.is_empty() && d.gtins.is_empty() {
            out.add_text(self.fields.mark, "sparse");
        }
        match d.lifecycle {
            Lifecycle::Hidden => out.add_text(self.fields.mark, "hidden"),
            Lifecycle::Discontinued => out.add_text(self.fields.mark, "discontinued"),
            Lifecycle::Active | Lifecycle::PhaseOut => {}
        }
    }

    fn columns(&self, d: &Document, out: &mut TantivyDocument) {
        let mut object: BTreeMap<String, OwnedValue> = BTreeMap::new();
        for a in &d.attributes {
            let value = match &a.value {
                Value::Text(text) if text.len() > 120 => continue,
                Value::Text(text) => OwnedValue::Str(text.clone()),
                Value::Number(n, unit) => {
                    OwnedValue::F64(units::unit(unit).map_or(*n, |(_, factor)| n * factor))
                }
                Value::Bool(b) => OwnedValue::Str(if *b { "yes" } else { "no" }.to_owned()),
            };
            object.insert(key(&a.name), value);
        }
        if !object.is_empty() {
            out.add_object(self.fields.columns, object);
        }
    }
}

fn push(into: &mut String, word: &str) {
    if !into.is_empty() {
        into.push(' ');
    }
    into.push_str(word);
}

/// Two neighbouring words as one, when the border between them is one of letters and digits and both are short.
pub(crate) fn joined(left: &str, right: &str) -> Option<String> {
    let border = left.ends_with(|c: char| c.is_ascii_alphabetic())
        && right.starts_with(|c: char| c.is_ascii_digit());
    if !border || left.len() > 6 || right.len() > 6 {
        return None;
    }
    let left = if left == "category" || left == "categorie" {
        "cat"
    } else {
        left
    };
    Some(format!("{left}{right}"))
}

/// The term for two words standing next to each other in a title.
pub(crate) fn neighbours(one: &str, other: &str) -> String {
    format!("two:{one} {other}")
}

/// Whether word `at` names the thing: nothing it could be a modifier of follows, and it is not a part of a measure or a list.
fn ends_phrase(title: &str, all: &[Word], at: usize) -> bool {
    let word = &all[at];
    let digit = |w: &Word| w.text.bytes().any(|b| b.is_ascii_digit());
    let next = all.get(at + 1);
    let gap = next.map_or("", |n| &title[word.end..n.start]);
    let last = next.is_none_or(|n| digit(n) || FOLLOWERS.contains(&n.text.as_str())) || gap.contains(['(', '-', '–', ',', ';', '.', '"']);
    let before = at.checked_sub(1).map(|b| &all[b]);
    let measured = before.is_some_and(|b| units::number(&b.text).is_some() || (units::unit(&b.text).is_some() && at > 1 && digit(&all[at - 2])));
    let added = before.is_some_and(|b| title[b.end..word.start].contains(['+', '&']));
    last && !measured && !added && word.text.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Where a title stops to say what the product is and begins to say what it is for or comes with.
fn context(title: &str) -> usize {
    let lower = title.to_ascii_lowercase();
    let marks = [" for ", " with ", " w/", " compatible with ", ". compatible ", " replaces ", " equivalent to "];
    marks.iter().filter_map(|mark| lower.find(mark)).filter(|at| *at > 0).min().unwrap_or(title.len())
}

/// Words that say how a thing is, not what it is: the word before one of them ends its phrase.
const FOLLOWERS: &[&str] = &[
    "for",
    "with",
    "w",
    "and",
    "in",
    "on",
    "to",
    "of",
    "by",
    "from",
    "black",
    "white",
    "grey",
    "gray",
    "silver",
    "blue",
    "red",
    "green",
    "yellow",
    "orange",
    "brown",
    "beige",
    "pink",
    "purple",
    "gold",
    "cyan",
    "magenta",
    "transparent",
    "multicolour",
    "multicolor",
    "clear",
    "original",
    "compatible",
    "wireless",
    "wired",
    "rf",
    "bluetooth",
    "usb",
    
    
    
    
    "pocket",
    "colour",
    "color",
    "stainless",
    "steel",
    "metallic",
    "titanium",
    "graphite",
    "intel",
    "amd",
    "windows",
    "laser",
    "inkjet",
    "lcd",
    "led",
    "single",
    "dual",
    "male",
    "female",
    "managed",
    "unmanaged",
    "gigabit",
    "optical",
    "digital",
    
    
    "over",
    "binaural",
    "monaural",
    
    
    "full",
    "flat",
    "touchscreen",
    "touch",
    
    
    
    
    
    "pcs",
    "pc",
    "s",
];

/// Sizes of boxes and pallets describe the transport, not the product.
fn is_logistic(key: &str) -> bool {
    key.split('_').any(|p| {
        matches!(
            p,
            "package"
                | "packaging"
                | "pallet"
                | "carton"
                | "case"
                | "shipping"
                | "harmonized"
                | "packed"
        )
    })
}

fn known(class: &str, text: &str, terms: &mut HashSet<String, ahash::RandomState>) {
    for q in units::quantities(text, &words(text)).into_iter().take(50) {
        if let Some((dimension, factor)) = q.unit {
            terms.extend(units::known_term(class, dimension, q.written * factor));
        }
    }
}

/// The ends of products that join two things: attributes that differ only in `_1` and `_2`.
fn pairs(d: &Document) -> Vec<String> {
    let text = |name: &str| {
        d.attributes.iter().find_map(|a| match &a.value {
            Value::Text(text) if key(&a.name) == name => Some(text),
            _ => None,
        })
    };
    let mut out = Vec::new();
    for a in &d.attributes {
        let name = key(&a.name);
        let Some(base) = name.strip_suffix("_1") else {
            continue;
        };
        let (Value::Text(first), Some(second)) = (&a.value, text(&format!("{base}_2"))) else {
            continue;
        };
        let (first, second) = (ends(first), ends(second));
        for one in &first {
            for other in &second {
                out.push(pair(one, other));
            }
        }
        out.extend(first.iter().chain(&second).map(|e| format!("end:{e}")));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The term for a product that joins `one` and `other`.
pub(crate) fn pair(one: &str, other: &str) -> String {
    if one <= other {
        format!("pair:{one}|{other}")
    } else {
        format!("pair:{other}|{one}")
    }
}

/// The ways to name an end: `2 x RCA` is an `rca`, `VGA (D-Sub)` a `vga`, `Mini-USB B` a `mini usb`.
fn ends(text: &str) -> Vec<String> {
    let bare = text
        .split_once(" x ")
        .filter(|(n, _)| n.bytes().all(|b| b.is_ascii_digit()))
        .map_or(text, |(_, rest)| rest);
    let before = bare.split('(').next().unwrap_or(bare);
    let mut out: Vec<String> = Vec::new();
    for form in [bare, before] {
        let all: Vec<String> = words(form).into_iter().map(|w| w.text).take(6).collect();
        for count in [all.len(), 2] {
            if count <= all.len() && (count == all.len() || all.len() >= 3) {
                out.push(all[..count].join(" "));
            }
        }
        if all.len() >= 2 && all[1] == "type" {
            out.push(all[0].clone());
        }
    }
    out.retain(|e| !e.is_empty());
    out.sort_unstable();
    out.dedup();
    out
}
