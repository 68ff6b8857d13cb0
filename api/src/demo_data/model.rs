//! What the demo distributor is made of: plain data, nothing computed here.
//!
//! Amounts and quantities are whole millionths (`12.34` is `12_340_000`). Products are named by their dense
//! index ([`Item`]); [`Demo::sku`](super::Demo::sku) gives the string. Codes (accounts, categories, units) are strings
//! as they would stand in an import file. Not here: identifiers of any database, passwords, prices of past orders.

use super::day::Day;

/// Dense index of a product, `0..skus`.
pub(crate) type Item = u32;

/// One unit, one euro: the scale of every amount and quantity.
pub(crate) const ONE: i64 = 1_000_000;

/// What decides the whole output: the same settings give the same data on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    /// How many products, 100 to 1,000,000.
    pub(crate) skus: u32,
    /// The reference date: orders lie before it, inbound supply after it.
    pub(crate) today: Day,
}

/// A node of the category tree; parents come before their children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Category {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) parent_code: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Product {
    pub(crate) item: Item,
    pub(crate) sku: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) brand: &'static str,
    pub(crate) category_code: &'static str,
    /// UN/ECE code of the unit that stock, order rules, cost, floor and list price are counted in.
    pub(crate) stock_unit: &'static str,
    /// Further units it is sold in; never holds the stock unit.
    pub(crate) units: Vec<Unit>,
    /// Whether the stock unit may be divided (metres, kilograms).
    pub(crate) fractional: bool,
    /// Smallest quantity of one order line, in stock units.
    pub(crate) min_quantity: i64,
    pub(crate) max_quantity: Option<i64>,
    /// Every ordered quantity is a whole multiple of this, in stock units.
    pub(crate) multiple: i64,
    pub(crate) lifecycle: Lifecycle,
    /// Always active; given for everything discontinued.
    pub(crate) successor: Option<Item>,
    pub(crate) mpn: String,
    /// GTIN-13 of one stock unit.
    pub(crate) gtin: String,
    /// Products of one group add up to a common volume break.
    pub(crate) mix_group: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) keywords: Vec<&'static str>,
    pub(crate) weight_grams: i64,
    pub(crate) lead_time_days: u16,
    /// Purchase cost of one stock unit in EUR.
    pub(crate) cost: i64,
    /// Lowest selling price of one stock unit in EUR.
    pub(crate) floor: i64,
    /// List price of one stock unit in EUR: the price list entry for the smallest quantity says the same.
    pub(crate) list_price: i64,
}

/// One of this unit is `numerator / denominator` stock units, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Unit {
    pub(crate) code: &'static str,
    pub(crate) numerator: i64,
    pub(crate) denominator: i64,
    /// GTIN-14 of a trade unit; measures such as feet have none.
    pub(crate) gtin: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lifecycle {
    Draft,
    Active,
    PhaseOut,
    Discontinued,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) value: AttributeValue,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum AttributeValue {
    Text(String),
    /// Value in millionths and its unit symbol (`mm`, `V`, `l/min`).
    Number(i64, &'static str),
    Flag(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum RelationKind {
    /// Does not work without the target.
    Required,
    Accessory,
    /// Fits together by rule (thread, bore, size).
    Compatible,
    Substitute,
    Successor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Relation {
    pub(crate) item: Item,
    pub(crate) kind: RelationKind,
    pub(crate) target: Item,
    /// How many of the target go with one of the item.
    pub(crate) quantity: i64,
    /// The rule, in words a buyer understands.
    pub(crate) note: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Warehouse {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) country: &'static str,
    pub(crate) city: &'static str,
    /// Monday first.
    pub(crate) works: [bool; 7],
    pub(crate) holidays: Vec<Day>,
    /// Orders up to this minute of the local day leave the same day.
    pub(crate) cut_off_minute: u16,
    pub(crate) utc_offset_minutes: i16,
    /// Lower is asked first.
    pub(crate) priority: u8,
    /// Working days from picking to the customer's door.
    pub(crate) lead_days: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct StockLevel {
    pub(crate) item: Item,
    pub(crate) warehouse: &'static str,
    pub(crate) on_hand: i64,
    pub(crate) safety: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Inbound {
    pub(crate) item: Item,
    pub(crate) warehouse: &'static str,
    pub(crate) quantity: i64,
    pub(crate) expected_on: Day,
    /// The supplier's order it comes with.
    pub(crate) reference: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg(test)]
pub(crate) struct Group {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

/// A customer company; parents come before their children.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Account {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) parent_code: Option<String>,
    pub(crate) group_code: &'static str,
    /// What the company does, one of the profiles its orders follow from.
    pub(crate) industry: &'static str,
    pub(crate) country: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) vat_number: String,
    pub(crate) credit_limit: i64,
    /// `NET30`, `2-10-NET30`, `EOM30` or `PREPAID`.
    pub(crate) terms: &'static str,
    pub(crate) sites: Vec<Site>,
    pub(crate) people: Vec<Person<BuyerRole>>,
    pub(crate) part_numbers: Vec<PartNumber>,
}

/// A place goods are sent to; the code is unique within the account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Site {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) street: String,
    pub(crate) postcode: String,
    pub(crate) city: &'static str,
    pub(crate) country: &'static str,
}

/// Someone who signs in; the e-mail address is unique across all accounts and the seller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Person<R> {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: R,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum BuyerRole {
    Viewer,
    Buyer,
    Approver,
    AccountAdmin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SellerRole {
    Catalog,
    Pricing,
    Sales,
    Warehouse,
    Finance,
    Admin,
}

/// The account's own number for a product.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PartNumber {
    pub(crate) number: String,
    pub(crate) item: Item,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct MachineClient {
    pub(crate) name: String,
    /// `None`: acts for the seller.
    pub(crate) account_code: Option<String>,
    pub(crate) scopes: &'static [&'static str],
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Audience {
    Everyone,
    Group(&'static str),
    Account(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PriceList {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) currency: &'static str,
    pub(crate) audience: Audience,
}

/// A row of a price list: from `min_quantity` of `unit` on, `per` of that unit cost `unit_price`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PriceEntry {
    /// Position in [`Demo::price_lists`](super::Demo::price_lists).
    pub(crate) list: u16,
    pub(crate) item: Item,
    pub(crate) unit: &'static str,
    pub(crate) min_quantity: i64,
    pub(crate) unit_price: i64,
    /// The price basis: 1 or 100 whole units.
    pub(crate) per: u16,
    pub(crate) valid_from: Day,
    pub(crate) valid_until: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Contract {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) account_code: String,
    pub(crate) currency: &'static str,
    pub(crate) valid_from: Day,
    pub(crate) valid_until: Option<Day>,
    pub(crate) mode: ContractMode,
    pub(crate) lines: Vec<DealLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ContractMode {
    Exclusive,
    BestOf,
}

/// A line of a contract or a promotion.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DealLine {
    pub(crate) target: Target,
    pub(crate) kind: DealKind,
    /// What the thresholds are compared with; promotions use [`Scope::Sku`] and [`Scope::Group`] only.
    pub(crate) scope: Scope,
    /// The unit amounts and thresholds are in; `None` for percentages without one: the stock unit.
    pub(crate) unit: Option<&'static str>,
    pub(crate) per: u16,
    pub(crate) breaks: Vec<Break>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Item(Item),
    Category(&'static str),
    Brand(&'static str),
    Everything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum DealKind {
    /// Values are prices.
    Fixed,
    /// Values are percent: `12.5 %` is `12_500_000`.
    PercentOff,
    /// Values are amounts.
    AmountOff,
    /// Values are percent on the product's cost.
    CostPlus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    Sku,
    Group,
    Period,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Break {
    pub(crate) min_quantity: i64,
    pub(crate) value: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Promotion {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) audience: Audience,
    pub(crate) coupon: Option<&'static str>,
    pub(crate) valid_from: Day,
    pub(crate) valid_until: Option<Day>,
    pub(crate) lines: Vec<DealLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PastOrder {
    pub(crate) account_code: String,
    /// E-mail of the buyer who placed it, one of the account's people.
    pub(crate) placed_by: String,
    pub(crate) placed_on: Day,
    /// Minute of that day, within office hours.
    pub(crate) placed_minute: u16,
    /// Unique within the account.
    pub(crate) po_number: String,
    /// Code of a site of the account.
    pub(crate) ship_to: String,
    /// No product twice.
    pub(crate) lines: Vec<OrderLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OrderLine {
    pub(crate) item: Item,
    pub(crate) quantity: i64,
    pub(crate) unit: &'static str,
}
