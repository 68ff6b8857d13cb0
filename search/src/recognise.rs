//! Recognises the ends of a cable and the device meant, because the catalogue has them.

use crate::compatibility::pieces;
use crate::error::Result;
use crate::normal::compact;
use crate::pairs::pair;
use crate::plan::{Concept, Lookup, Role};
use crate::understand::{MOST_WORDS, Reader, STOP};

const BETWEEN_ENDS: &[&str] = &["to", "and", "jack", "male", "female", "plug", "connector", "auf", "x"];

impl Reader<'_> {
    /// Two ends next to each other ask for what joins them. Their words stay searchable for products without such attributes.
    pub(crate) fn pairs(&mut self) -> Result<()> {
        let mut ends: Vec<(String, usize, usize)> = Vec::new();
        let mut at = 0;
        while at < self.words.len() {
            let Some((end, after)) = self.end_at(at)? else {
                at += 1;
                continue;
            };
            let near = ends
                .last()
                .is_some_and(|(_, _, last)| self.words[*last..at].iter().all(|w| BETWEEN_ENDS.contains(&w.text.as_str())));
            ends.push((end, at, after));
            if near {
                let (one, other) = (&ends[ends.len() - 2], &ends[ends.len() - 1]);
                let term = pair(&one.0, &other.0);
                if self.frequency(self.snapshot.fields.value, &term)? > 0 {
                    let (first, last) = (one.1, other.2);
                    let lookups = vec![Lookup::listed(self.snapshot.fields.value, term, 2.0)];
                    let label = self.surface(first, last);
                    self.concepts.push(Concept { label, role: Role::Pair, weight: 1.0, lookups });
                    for word in first..last {
                        let number = self.words[word].text.starts_with(|c: char| c.is_ascii_digit());
                        self.used[word] |= number || self.words[word].text.len() == 1;
                    }
                    return Ok(());
                }
            }
            at = after;
        }
        Ok(())
    }

    fn end_at(&self, at: usize) -> Result<Option<(String, usize)>> {
        for count in (1..=3.min(self.words.len() - at)).rev() {
            let name = self.words[at..at + count].iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
            if self.frequency(self.snapshot.fields.value, &format!("end:{name}"))? > 0 {
                return Ok(Some((name, at + count)));
            }
        }
        Ok(None)
    }

    /// The longest run of pieces that the catalogue knows as a device.
    pub(crate) fn device(&mut self) -> Result<()> {
        let pieces = pieces(self.text);
        let pieces = &pieces[..pieces.len().min(MOST_WORDS)];
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
            wanted.contains(&compact(word)) && !STOP.contains(&word.as_str()) && self.near_device(at, run)
        };
        let own: Vec<usize> = (0..self.words.len()).filter(|at| inside(*at)).collect();
        let others = (0..self.words.len()).any(|at| !own.contains(&at) && !STOP.contains(&self.words[at].text.as_str()));
        if !others {
            // A device and nothing else: its own words count, and what fits it comes along.
            self.companion = lookups;
            return Ok(());
        }
        let terms: Vec<String> = own.iter().map(|at| self.stems[*at].clone()).collect();
        for at in own {
            self.used[at] = true;
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

    /// Whether more products are called so than fit it: then it is a property (`cat6`), not a device.
    fn is_common(&self, run: &[String], fits: u32) -> Result<bool> {
        let mut called = u32::MAX;
        for piece in run {
            called = called.min(self.frequency(self.snapshot.fields.title, piece)?);
        }
        let as_one = self.frequency(self.snapshot.fields.title, &run.concat())?;
        Ok(called.max(as_one) > 2 * fits + 3)
    }

    /// Whether word `at` is a part of the pieces `run` as they stand in the text.
    fn near_device(&self, at: usize, run: &[String]) -> bool {
        let word = compact(&self.words[at].text);
        run.iter().any(|piece| {
            piece.contains(&word) && (word.len() * 2 >= piece.len() || piece.starts_with(&word) || piece.ends_with(&word))
        })
    }

    fn is_quantity(&self, run: &[String]) -> bool {
        self.quantities.iter().any(|q| {
            let text = compact(&self.surface(q.first, q.last));
            run.iter().any(|p| text.contains(p.as_str()) || p.contains(&text))
        })
    }
}

fn is_model(piece: &str) -> bool {
    piece.bytes().any(|b| b.is_ascii_digit()) && piece.len() >= 2
}
