//! What changed of a basket's prices since they were seen.
//!
//! A line has drifted when the basket as it is now costs another price than the same basket would have cost then: other
//! quantities are no drift, and neither is what has been ordered meanwhile. Lines of one basket may have been seen at different
//! times.

use std::collections::BTreeMap;
use store::Db;

use entity::Instant;
use pricing::{Asking, Delta};

use super::change_log::AsOf;
use super::error::PriceError;
use super::lookup::{LineRefusal, PriceRequest, PricedBasket, PricedLine, Prices};
use super::period;
use super::price_rows::words;
use kernel::field_code::FieldCode;

/// A basket as priced now, and what of it has drifted.
#[derive(Debug)]
pub struct DriftReport {
    pub basket: PricedBasket,
    pub drifted: Vec<Drifted>,
}

/// A line whose price changed.
#[derive(Debug)]
pub struct Drifted {
    /// Its place in the basket.
    pub place: usize,
    /// What it would have cost then.
    pub previous: Result<PricedLine, LineRefusal>,
    /// What of what prices depend on changed: `list`, `contract`, `promotion`, `product`.
    pub causes: Vec<&'static str>,
}

/// Most states that a basket is compared with. Lines seen before the earliest of them are compared with that one.
const MOST_STATES: usize = 50;

/// The place of a line that may have drifted, and what may be the reasons.
type Suspect = (usize, Vec<&'static str>);

impl Prices {
    /// Prices a basket and says which lines cost something else than when they were seen. A line that was never seen has not
    /// drifted.
    pub async fn drift(
        &self,
        db: &impl Db,
        request: &PriceRequest<'_>,
        seen: &[Option<AsOf>],
    ) -> Result<DriftReport, PriceError> {
        let basket = self.price(db, request).await?;
        let now = AsOf { valid_at: basket.at, known_at: basket.as_of };
        let mut drifted = Vec::new();
        for (state, lines) in self.suspects(request, seen, now) {
            let places: Vec<usize> = lines.iter().map(|(place, _)| *place).collect();
            let then = self.price_then(db, request, state, now.valid_at, &places).await?;
            for ((place, causes), previous) in lines.into_iter().zip(then) {
                if price_of(&previous) != price_of(&basket.lines[place]) {
                    drifted.push(Drifted { place, previous, causes });
                }
            }
        }
        drifted.sort_unstable_by_key(|line| line.place);
        Ok(DriftReport { basket, drifted })
    }

    /// Lines that may have drifted, by the state they were seen in, each with what may be the reason.
    fn suspects(&self, request: &PriceRequest<'_>, seen: &[Option<AsOf>], now: AsOf) -> Vec<(AsOf, Vec<Suspect>)> {
        let mut suspects = Vec::new();
        for (state, lines) in states(seen) {
            let book = self.book.read();
            let asking = |state: AsOf| Asking {
                account: request.account.map(|account| book.account(account)),
                currency: request.currency,
                at: state.valid_at.into(),
                as_of: state.known_at.into(),
            };
            let delta = Delta::new(book.engine(), asking(state), asking(now));
            let causes: Vec<pricing::Causes> =
                request.lines.iter().map(|line| delta.causes(book.request_line(line).product)).collect();
            // A product that moved to another group may have taken others with it.
            let any_moved = causes.iter().any(|causes| causes.product);
            let may_differ = |place: &usize| any_moved || causes[*place].any();
            let lines: Vec<_> =
                lines.into_iter().filter(may_differ).map(|place| (place, words(causes[place]).collect())).collect();
            if !lines.is_empty() {
                suspects.push((state, lines));
            }
        }
        suspects
    }

    /// What lines of the basket would have cost in a state, with what has been ordered until now.
    async fn price_then(
        &self,
        db: &impl Db,
        request: &PriceRequest<'_>,
        state: AsOf,
        now: Instant,
        places: &[usize],
    ) -> Result<Vec<Result<PricedLine, LineRefusal>>, PriceError> {
        let request = PriceRequest { at: Some(state.valid_at), as_of: Some(state.known_at), ..*request };
        let (mut resolved, needed) = {
            let book = self.book.read();
            let resolved = book.resolve(&request);
            let needed = book.periods(&resolved.engine_request(&request, &resolved.lines));
            (resolved, needed)
        };
        if !needed.is_empty() {
            resolved.ordered = period::ordered(db, &needed, now).await?;
        }
        let book = self.book.read();
        let prices = pricing::price_some(book.engine(), &resolved.engine_request(&request, &resolved.lines), places);
        Ok(prices.into_iter().map(|line| book.priced(line)).collect())
    }
}

/// Places of lines by the state they were seen in, of which there are few.
fn states(seen: &[Option<AsOf>]) -> BTreeMap<AsOf, Vec<usize>> {
    let mut states: BTreeMap<AsOf, Vec<usize>> = BTreeMap::new();
    for (place, state) in seen.iter().enumerate() {
        if let Some(state) = state {
            states.entry(*state).or_default().push(place);
        }
    }
    while states.len() > MOST_STATES {
        let Some((_, mut earliest)) = states.pop_first() else { break };
        if let Some(mut next) = states.first_entry() {
            next.get_mut().append(&mut earliest);
        }
    }
    states
}

/// What tells two prices apart: the price of one unit, or why there is none.
fn price_of(line: &Result<PricedLine, LineRefusal>) -> Result<(pricing::Amount, pricing::Per), FieldCode> {
    line.as_ref().map(|line| (line.unit_price, line.per)).map_err(|refusal| refusal.code())
}
