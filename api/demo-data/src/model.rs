//! What the demo distributor is made of: plain data, nothing computed here.
//!
//! Amounts and quantities are whole millionths (`12.34` is `12_340_000`). Products are named by their dense
//! index ([`Item`]); [`Demo::sku`](super::Demo::sku) gives the string. Codes (accounts, categories, units) are strings
//! as they would stand in an import file. Not here: identifiers of any database, passwords, prices of past orders.

use super::day::Day;

/// Dense index of a product, `0..skus`.
pub type Item = u32;

/// One unit, one euro: the scale of every amount and quantity.
pub const ONE: i64 = 1_000_000;

/// What decides the whole output: the same settings give the same data on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    pub seed: u64,
    /// How many products, 100 to 1,000,000.
    pub skus: u32,
    /// The reference date: orders lie before it, inbound supply after it.
    pub today: Day,
}

/// A node of the category tree; parents come before their children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Category {
    pub code: &'static str,
    pub name: &'static str,
    pub parent_code: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Product {
    pub item: Item,
    pub sku: String,
    pub title: String,
    pub description: String,
    pub brand: &'static str,
    pub category_code: &'static str,
    /// UN/ECE code of the unit that stock, order rules, cost, floor and list price are counted in.
    pub stock_unit: &'static str,
    /// Further units it is sold in; never holds the stock unit.
    pub units: Vec<Unit>,
    /// Whether the stock unit may be divided (metres, kilograms).
    pub fractional: bool,
    /// Smallest quantity of one order line, in stock units.
    pub min_quantity: i64,
    pub max_quantity: Option<i64>,
    /// Every ordered quantity is a whole multiple of this, in stock units.
    pub multiple: i64,
    pub lifecycle: Lifecycle,
    /// Always active; given for everything discontinued.
    pub successor: Option<Item>,
    pub mpn: String,
    /// GTIN-13 of one stock unit.
    pub gtin: String,
    /// Products of one group add up to a common volume break.
    pub mix_group: Option<String>,
    pub attributes: Vec<Attribute>,
    pub keywords: Vec<&'static str>,
    pub weight_grams: i64,
    pub lead_time_days: u16,
    /// Purchase cost of one stock unit in EUR.
    pub cost: i64,
    /// Lowest selling price of one stock unit in EUR.
    pub floor: i64,
    /// List price of one stock unit in EUR: the price list entry for the smallest quantity says the same.
    pub list_price: i64,
}

/// One of this unit is `numerator / denominator` stock units, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Unit {
    pub code: &'static str,
    pub numerator: i64,
    pub denominator: i64,
    /// GTIN-14 of a trade unit; measures such as feet have none.
    pub gtin: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lifecycle {
    Draft,
    Active,
    PhaseOut,
    Discontinued,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attribute {
    pub name: &'static str,
    pub value: AttributeValue,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AttributeValue {
    Text(String),
    /// Value in millionths and its unit symbol (`mm`, `V`, `l/min`).
    Number(i64, &'static str),
    Flag(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelationKind {
    /// Does not work without the target.
    Required,
    Accessory,
    /// Fits together by rule (thread, bore, size).
    Compatible,
    Substitute,
    Successor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Relation {
    pub item: Item,
    pub kind: RelationKind,
    pub target: Item,
    /// How many of the target go with one of the item.
    pub quantity: i64,
    /// The rule, in words a buyer understands.
    pub note: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Warehouse {
    pub code: &'static str,
    pub name: &'static str,
    pub country: &'static str,
    pub city: &'static str,
    /// Monday first.
    pub works: [bool; 7],
    pub holidays: Vec<Day>,
    /// Orders up to this minute of the local day leave the same day.
    pub cut_off_minute: u16,
    pub utc_offset_minutes: i16,
    /// Lower is asked first.
    pub priority: u8,
    /// Working days from picking to the customer's door.
    pub lead_days: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StockLevel {
    pub item: Item,
    pub warehouse: &'static str,
    pub on_hand: i64,
    pub safety: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Inbound {
    pub item: Item,
    pub warehouse: &'static str,
    pub quantity: i64,
    pub expected_on: Day,
    /// The supplier's order it comes with.
    pub reference: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg(test)]
pub struct Group {
    pub code: &'static str,
    pub name: &'static str,
}

/// A customer company; parents come before their children.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    pub code: String,
    pub name: String,
    pub parent_code: Option<String>,
    pub group_code: &'static str,
    /// What the company does, one of the profiles its orders follow from.
    pub industry: &'static str,
    pub country: &'static str,
    pub currency: &'static str,
    pub vat_number: String,
    pub credit_limit: i64,
    /// `NET30`, `2-10-NET30`, `EOM30` or `PREPAID`.
    pub terms: &'static str,
    pub sites: Vec<Site>,
    pub people: Vec<Person<BuyerRole>>,
    pub part_numbers: Vec<PartNumber>,
}

/// A place goods are sent to; the code is unique within the account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Site {
    pub code: String,
    pub name: String,
    pub street: String,
    pub postcode: String,
    pub city: &'static str,
    pub country: &'static str,
}

/// Someone who signs in; the e-mail address is unique across all accounts and the seller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person<R> {
    pub name: String,
    pub email: String,
    pub role: R,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BuyerRole {
    Viewer,
    Buyer,
    AccountAdmin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SellerRole {
    Catalog,
    Pricing,
    Sales,
    Warehouse,
    Finance,
    Admin,
}

/// The account's own number for a product.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PartNumber {
    pub number: String,
    pub item: Item,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MachineClient {
    pub name: String,
    /// `None`: acts for the seller.
    pub account_code: Option<String>,
    pub scopes: &'static [&'static str],
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Audience {
    Everyone,
    Group(&'static str),
    Account(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PriceList {
    pub code: String,
    pub name: String,
    pub currency: &'static str,
    pub audience: Audience,
}

/// A row of a price list: from `min_quantity` of `unit` on, `per` of that unit cost `unit_price`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PriceEntry {
    /// Position in [`Demo::price_lists`](super::Demo::price_lists).
    pub list: u16,
    pub item: Item,
    pub unit: &'static str,
    pub min_quantity: i64,
    pub unit_price: i64,
    /// The price basis: 1 or 100 whole units.
    pub per: u16,
    pub valid_from: Day,
    pub valid_until: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Contract {
    pub code: String,
    pub name: String,
    pub account_code: String,
    pub currency: &'static str,
    pub valid_from: Day,
    pub valid_until: Option<Day>,
    pub mode: ContractMode,
    pub lines: Vec<DealLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContractMode {
    Exclusive,
    BestOf,
}

/// A line of a contract or a promotion.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DealLine {
    pub target: Target,
    pub kind: DealKind,
    /// What the thresholds are compared with; promotions use [`Scope::Sku`] and [`Scope::Group`] only.
    pub scope: Scope,
    /// The unit amounts and thresholds are in; `None` for percentages without one: the stock unit.
    pub unit: Option<&'static str>,
    pub per: u16,
    pub breaks: Vec<Break>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    Item(Item),
    Category(&'static str),
    Brand(&'static str),
    Everything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DealKind {
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
pub enum Scope {
    Sku,
    Group,
    Period,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Break {
    pub min_quantity: i64,
    pub value: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Promotion {
    pub code: &'static str,
    pub name: &'static str,
    pub currency: &'static str,
    pub audience: Audience,
    pub coupon: Option<&'static str>,
    pub valid_from: Day,
    pub valid_until: Option<Day>,
    pub lines: Vec<DealLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PastOrder {
    pub account_code: String,
    /// E-mail of the buyer who placed it, one of the account's people.
    pub placed_by: String,
    pub placed_on: Day,
    /// Minute of that day, within office hours.
    pub placed_minute: u16,
    /// Unique within the account.
    pub po_number: String,
    /// Code of a site of the account.
    pub ship_to: String,
    /// No product twice.
    pub lines: Vec<OrderLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderLine {
    pub item: Item,
    pub quantity: i64,
    pub unit: &'static str,
}
