//! Previews on the wire.

use poem_openapi::Object;
use pricing::{Amount, UnitPrice};
use serde::Serialize;

use super::preview::Preview;
use super::price_differences::{BelowLimit, BelowLimits, Cause, ComparedLine, PriceDifference};
use catalog::Products;
use kernel::wire::StaticCode;
use kernel::wire::{AmountText, QuantityText, Timestamp};
use prices::finding_text;

/// A price that was asked for, and the row of the set that moves it.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct MovedPriceView {
    /// `entry`, `contract` or `promotion`.
    pub source: StaticCode,
    /// Code of the price list, contract or promotion.
    pub label: String,
    /// Id of the entry in the set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The product.
    pub sku: String,
    /// Unit of price and quantity.
    pub unit: String,
    /// Currency.
    pub currency: String,
    /// The quantity asked for.
    pub quantity: QuantityText,
    /// Price before of `before_per` units; left out for lines under floor or cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<AmountText>,
    /// Basis of the price before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_per: Option<u32>,
    /// Price after of `after_per` units.
    pub after: AmountText,
    /// Basis of the price after.
    pub after_per: u32,
    /// By how much one unit costs more; negative when it costs less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<AmountText>,
    /// The same in per cent of the price before; none where that was nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<AmountText>,
    /// Whether the price lies under the limit already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub already: Option<bool>,
}

impl MovedPriceView {
    fn new(asked: &ComparedLine, after: UnitPrice, products: &Products) -> Self {
        let (source, label, entry) = match &asked.cause {
            Cause::Entry { id, list } => ("entry", list.clone(), Some(id.to_string())),
            Cause::Contract(code) => ("contract", code.clone(), None),
            Cause::Promotion(code) => ("promotion", code.clone(), None),
        };
        Self {
            source: StaticCode(source),
            label,
            entry,
            sku: products.by_id(asked.product).map(|product| product.sku.to_string()).unwrap_or_default(),
            unit: asked.unit.to_string(),
            currency: asked.currency.code().to_owned(),
            quantity: QuantityText(asked.quantity),
            before: None,
            before_per: None,
            after: AmountText(after.amount),
            after_per: after.per.get(),
            change: None,
            change_percent: None,
            already: None,
        }
    }

    fn of_move(moved: &PriceDifference, products: &Products) -> Self {
        let amount = |micros: i128| i64::try_from(micros).ok().map(|micros| AmountText(Amount::from_micros(micros)));
        // Hundredths of a per cent are enough.
        let percent = moved.percent().map(|percent| percent / 10_000 * 10_000);
        Self {
            before: Some(AmountText(moved.before.amount)),
            before_per: Some(moved.before.per.get()),
            change: amount(moved.by()),
            change_percent: percent.and_then(amount),
            ..Self::new(&moved.asked, moved.after, products)
        }
    }

    fn of_under(under: &BelowLimit, products: &Products) -> Self {
        Self { already: Some(under.already), ..Self::new(&under.asked, under.after, products) }
    }
}

/// The largest moves.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct LargestMovesView {
    /// Currency, where amounts are compared; none where per cents are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The largest rises first, at most 20.
    pub rises: Vec<MovedPriceView>,
    /// The largest falls first, at most 20.
    pub falls: Vec<MovedPriceView>,
}

/// Prices that would lie under a limit.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct UnderLimitView {
    /// How many.
    pub count: u64,
    /// How many of them lie under it already.
    pub already: u64,
    /// The first 100.
    pub lines: Vec<MovedPriceView>,
}

impl UnderLimitView {
    fn new(unders: &BelowLimits, products: &Products) -> Self {
        let lines = unders.first.iter().map(|under| MovedPriceView::of_under(under, products)).collect();
        Self { count: unders.count, already: unders.already, lines }
    }
}

/// How many prices do what.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct MoveCountsView {
    /// Prices compared: entries at their smallest quantity, lines of contracts and promotions at each of their thresholds.
    pub compared: u64,
    /// Higher than before.
    pub rises: u64,
    /// Lower than before.
    pub falls: u64,
    /// As before: another row decides, or it says the same.
    pub unchanged: u64,
    /// There was none before.
    pub appear: u64,
    /// There is none any more.
    pub vanish: u64,
}

/// What looks like a mistake in an entry of the set.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct DraftFindingView {
    /// Stable code.
    pub code: StaticCode,
    /// In words.
    pub detail: StaticCode,
    /// Id of the entry, in the set or in its list.
    pub entry: String,
    /// Id of the entry it disagrees with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// How often something was found.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct CountView {
    /// What.
    pub name: String,
    /// How often.
    pub count: u64,
}

/// Accounts whose prices change.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct TouchedAccountsView {
    /// How many.
    pub count: u64,
    /// The first 100 codes.
    pub codes: Vec<String>,
}

/// What a change set would do.
#[derive(Clone, Debug, Object, Serialize)]
pub(super) struct PreviewView {
    /// The set.
    pub code: String,
    /// Its version; give it as `If-Match` to publish exactly this.
    pub version: i64,
    /// The price version it is compared with.
    pub price_version: i64,
    /// From when on it would apply; none for at once.
    pub valid_from: Option<Timestamp>,
    /// Entries of the set.
    pub entries: u64,
    /// Of them, those that say what is recorded already.
    pub unchanged_entries: u64,
    /// Contracts of the set.
    pub contracts: u64,
    /// Promotions of the set.
    pub promotions: u64,
    /// Accounts that changed rows are for, in their own currency.
    pub accounts: TouchedAccountsView,
    /// Open baskets that hold something whose price may change, by kind: `carts`, `quotes`.
    pub baskets: Vec<CountView>,
    /// How many prices do what.
    pub prices: MoveCountsView,
    /// The largest moves in per cent.
    pub largest_by_percent: LargestMovesView,
    /// The largest moves in money per unit, for each currency.
    pub largest_by_amount: Vec<LargestMovesView>,
    /// Prices that would lie under the product's minimum price: lifted to it, or left by a fixed contract price.
    pub under_floor: UnderLimitView,
    /// Prices that would lie under the product's cost.
    pub under_cost: UnderLimitView,
    /// What looks like a mistake in the entries, by code.
    pub findings: Vec<CountView>,
    /// The first 100 of them.
    pub first_findings: Vec<DraftFindingView>,
    /// Whether lines for categories, brands or everything concern more prices than were compared.
    pub partial: bool,
}

/// What a preview is about.
pub(super) struct About {
    pub(super) code: String,
    pub(super) version: i64,
    pub(super) price_version: i64,
    pub(super) valid_from: Option<Timestamp>,
    pub(super) accounts: TouchedAccountsView,
    pub(super) baskets: Vec<CountView>,
}

impl PreviewView {
    pub(super) fn new(about: About, preview: &Preview, products: &Products) -> Self {
        let differences = &preview.differences;
        let views = |found: &[PriceDifference]| found.iter().map(|moved| MovedPriceView::of_move(moved, products)).collect();
        let by_amount = differences.by_amount.iter().map(|(currency, (rises, falls))| LargestMovesView {
            currency: Some((*currency).to_owned()),
            rises: views(rises.differences()),
            falls: views(falls.differences()),
        });
        let finding = |found: &super::warnings::EntryWarning| DraftFindingView {
            code: StaticCode(found.kind.code()),
            detail: StaticCode(finding_text(found.kind)),
            entry: found.entry.to_string(),
            other: found.other.map(|other| other.to_string()),
        };
        let counted = preview.warnings.counts.iter().map(|(code, count)| CountView { name: (*code).to_owned(), count: *count });
        Self {
            code: about.code,
            version: about.version,
            price_version: about.price_version,
            valid_from: about.valid_from,
            entries: preview.entries,
            unchanged_entries: preview.unchanged_entries,
            contracts: preview.contracts,
            promotions: preview.promotions,
            accounts: about.accounts,
            baskets: about.baskets,
            prices: MoveCountsView {
                compared: differences.compared,
                rises: differences.rises,
                falls: differences.falls,
                unchanged: differences.same,
                appear: differences.appear,
                vanish: differences.vanish,
            },
            largest_by_percent: LargestMovesView {
                currency: None,
                rises: views(differences.rises_by_percent.differences()),
                falls: views(differences.falls_by_percent.differences()),
            },
            largest_by_amount: by_amount.collect(),
            under_floor: UnderLimitView::new(&differences.under_floor, products),
            under_cost: UnderLimitView::new(&differences.under_cost, products),
            findings: counted.collect(),
            first_findings: preview.warnings.first.iter().map(finding).collect(),
            partial: preview.is_partial,
        }
    }
}
