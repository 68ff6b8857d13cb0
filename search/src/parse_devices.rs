//! Recognises the connectors of a cable and the device in a query, as far as the catalogue contains them.

use crate::compatibility::pieces;
use crate::connectors::pair_term;
use crate::error::Result;
use crate::normalise::compact;
use crate::parse::{MAX_WORDS, Parser, STOP_WORDS};
use crate::plan::{Concept, Lookup, Role};

const BETWEEN_CONNECTORS: &[&str] = &["to", "and", "jack", "male", "female", "plug", "connector", "auf", "x"];

impl Parser<'_> {
    /// Two connectors next to each other ask for a product with both. Their words stay searchable, for products without
    /// connector attributes.
    pub(crate) fn connector_pairs(&mut self) -> Result<()> {
        let mut ends: Vec<(String, usize, usize)> = Vec::new();
        let mut at = 0;
        while at < self.words.len() {
            let Some((end, after)) = self.connector_at(at)? else {
                at += 1;
                continue;
            };
            let near = ends
                .last()
                .is_some_and(|(_, _, last)| self.words[*last..at].iter().all(|w| BETWEEN_CONNECTORS.contains(&w.text.as_str())));
            ends.push((end, at, after));
            if near {
                let (one, other) = (&ends[ends.len() - 2], &ends[ends.len() - 1]);
                let term = pair_term(&one.0, &other.0);
                if self.frequency(self.snapshot.fields.value, &term)? > 0 {
                    let (first, last) = (one.1, other.2);
                    let lookups = vec![Lookup::listed(self.snapshot.fields.value, term, 2.0)];
                    let label = self.original_text(first, last);
                    self.concepts.push(Concept { label, role: Role::Pair, weight: 1.0, lookups });
                    for word in first..last {
                        let number = self.words[word].text.starts_with(|c: char| c.is_ascii_digit());
                        self.consumed[word] |= number || self.words[word].text.len() == 1;
                    }
                    return Ok(());
                }
            }
            at = after;
        }
        Ok(())
    }

    fn connector_at(&self, at: usize) -> Result<Option<(String, usize)>> {
        for count in (1..=3.min(self.words.len() - at)).rev() {
            let name = self.words[at..at + count].iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
            if self.frequency(self.snapshot.fields.value, &format!("end:{name}"))? > 0 {
                return Ok(Some((name, at + count)));
            }
        }
        Ok(None)
    }

    /// Recognises the longest run of words that the catalogue lists as a device.
    pub(crate) fn device(&mut self) -> Result<()> {
        let pieces = pieces(self.text);
        let pieces = &pieces[..pieces.len().min(MAX_WORDS)];
        let Some((first, last)) = self.device_run(pieces)? else {
            return Ok(());
        };
        let field = self.snapshot.fields.device;
        let run = &pieces[first..last];
        let mut lookups = vec![Lookup::listed(field, run.concat(), 2.0)];
        let model = run.iter().position(|p| is_model(p)).unwrap_or(0);
        for shorter in 1..=model {
            lookups.push(Lookup::listed(field, run[shorter..].concat(), 1.6 - 0.2 * shorter as f32));
        }
        let wanted: String = run.concat();
        let inside = |at: usize| {
            let word = &self.words[at].text;
            wanted.contains(&compact(word)) && !STOP_WORDS.contains(&word.as_str()) && self.near_device(at, run)
        };
        let own: Vec<usize> = (0..self.words.len()).filter(|at| inside(*at)).collect();
        let others = (0..self.words.len()).any(|at| !own.contains(&at) && !STOP_WORDS.contains(&self.words[at].text.as_str()));
        if !others {
            // The query names only a device: its words are searched, and products that fit it are found too.
            self.device_lookups = lookups;
            return Ok(());
        }
        let terms: Vec<String> = own.iter().map(|at| self.stems[*at].clone()).collect();
        for at in own {
            self.consumed[at] = true;
        }
        self.highlights.extend(terms.iter().cloned());
        for field in [self.snapshot.fields.title, self.snapshot.fields.attributes] {
            if !terms.is_empty() {
                lookups.push(Lookup::all(field, terms.clone(), 0.4));
            }
        }
        self.concepts.push(Concept { label: run.join(" "), role: Role::Device, weight: 1.5, lookups });
        Ok(())
    }

    fn device_run(&self, pieces: &[String]) -> Result<Option<(usize, usize)>> {
        let mut best: Option<(usize, usize)> = None;
        for first in 0..pieces.len() {
            for last in (first + 1..=pieces.len().min(first + 6)).rev() {
                let run = &pieces[first..last];
                let shorter = best.is_some_and(|(f, l)| l - f >= run.len());
                if shorter || !run.iter().any(|p| is_model(p)) || self.is_quantity(run) {
                    continue;
                }
                let fits = self.frequency(self.snapshot.fields.device, &run.concat())?;
                if fits > 0 && !self.is_common(run, fits)? {
                    best = Some((first, last));
                    break;
                }
            }
        }
        Ok(best)
    }

    /// Whether more products have these words in their title than fit them as a device: then they are a property (`cat6`), not
    /// a device.
    fn is_common(&self, run: &[String], fits: u32) -> Result<bool> {
        let mut called = u32::MAX;
        for piece in run {
            called = called.min(self.frequency(self.snapshot.fields.title, piece)?);
        }
        let as_one = self.frequency(self.snapshot.fields.title, &run.concat())?;
        Ok(called.max(as_one) > 2 * fits + 3)
    }

    /// Whether word `at` belongs to the words `run` of the device.
    fn near_device(&self, at: usize, run: &[String]) -> bool {
        let word = compact(&self.words[at].text);
        run.iter().any(|piece| {
            piece.contains(&word) && (word.len() * 2 >= piece.len() || piece.starts_with(&word) || piece.ends_with(&word))
        })
    }

    fn is_quantity(&self, run: &[String]) -> bool {
        self.quantities.iter().any(|q| {
            let text = compact(&self.original_text(q.first, q.last));
            run.iter().any(|p| text.contains(p.as_str()) || p.contains(&text))
        })
    }
}

fn is_model(piece: &str) -> bool {
    piece.bytes().any(|b| b.is_ascii_digit()) && piece.len() >= 2
}
