//! Cases for explanations: waterfall, lost candidates, redaction, next break; and for the review of rows.

use crate::shop::{BEST_OF, EXCLUSIVE, Shop, With, amount, quantity, since, sku, terms, valid};
use pricing::review::{FindingKind, review_contract_lines, review_entries};
use pricing::{
    Audience, BookError, ContractId, ContractLine, ContractLineId, Entry, EntryId, ExplainedLine, Instant, Kind, ListId, Per,
    PriceBook, ProductId, ProductMoney, ProductVersion, Promotion, PromotionId, Quantity, Scope, Target, Times, Viewer,
};

fn told(line: &ExplainedLine) -> Vec<String> {
    let price = |price: &pricing::UnitPrice| price.amount.to_string();
    let step = |step: &pricing::Step| {
        let before = step.before.as_ref().map_or_else(|| "-".to_owned(), price);
        format!("{} {} {before}>{}", step.kind.code(), step.label, price(&step.after))
    };
    line.waterfall.iter().map(step).collect()
}

fn reasons(line: &ExplainedLine) -> Vec<(&str, &str)> {
    line.candidates.iter().map(|lost| (&*lost.label, lost.reason.code())).collect()
}

#[test]
fn the_waterfall_runs_from_list_to_floor() {
    let mut shop = Shop::open();
    shop.product(1, Some("4"), Some("8.5"));
    shop.entry(4, 1, "EA", "0", "10").contract(1, 2, EXCLUSIVE, vec![terms(sku(1), Kind::PercentOff, "20")]);
    let line = shop.explain(Viewer::Buyer, &[(1, "1", "EA")]);
    assert_eq!(told(&line), ["list L4 ->10", "contract C1 10>8", "floor floor 8>8.5"]);
    assert!(reasons(&line) == [("L4", "exclusive_contract")], "{:?}", reasons(&line));
}

#[test]
fn every_loser_has_its_reason() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "1", "9").entry(4, 1, "EA", "10", "8").entry(2, 1, "EA", "1", "10");
    shop.contract(1, 1, BEST_OF, vec![terms(sku(1), Kind::Fixed, "7")]);
    shop.contract(2, 2, BEST_OF, vec![terms(sku(1), Kind::Fixed, "9.5"), terms(Target::Everything, Kind::Fixed, "1")]);
    shop.promotion(1, Audience::Everyone, vec![terms(sku(1), Kind::Fixed, "6")]);
    shop.promotion(2, Audience::Everyone, vec![terms(sku(1), Kind::Fixed, "6.5")]);
    shop.coupon_promotion(3, Audience::Everyone, Some("X"), vec![terms(sku(1), Kind::Fixed, "1")]);
    let line = shop.explain(Viewer::Staff, &[(1, "1", "EA")]);
    let expected = [
        ("L2", "not_lowest"),
        ("L4", "farther_source"),
        ("L4", "under_threshold"),
        ("C1", "farther_account"),
        ("C2", "not_lowest"),
        ("C2", "less_specific"),
        ("P2", "higher_price"),
        ("P3", "coupon_missing"),
    ];
    assert_eq!(reasons(&line), expected);
    assert_eq!(told(&line), ["list L2 ->10", "promotion P1 10>6"]);
    let buyer = shop.explain(Viewer::Buyer, &[(1, "1", "EA")]);
    assert_eq!(reasons(&buyer), expected[..7], "a coupon that was not given is not the buyer's business");
}

#[test]
fn buyers_see_no_cost() {
    let mut shop = Shop::open();
    shop.product(1, Some("4"), Some("20"));
    shop.contract(1, 2, EXCLUSIVE, vec![terms(sku(1), Kind::CostPlus, "25")]);
    let (buyer, staff) = (shop.explain(Viewer::Buyer, &[(1, "1", "BX")]), shop.explain(Viewer::Staff, &[(1, "1", "BX")]));
    let value = |line: &ExplainedLine| line.waterfall[0].terms.expect("a row").value;
    assert_eq!((value(&buyer), value(&staff)), (None, Some(amount("25"))));
    assert!(buyer.internal.is_none());
    let internal = staff.internal.expect("for staff");
    assert_eq!((internal.cost, internal.floor), (Some(amount("120")), Some(amount("600"))));
    shop.contract(2, 2, EXCLUSIVE, vec![terms(sku(2), Kind::Fixed, "1")]);
    shop.product(2, Some("4"), Some("20"));
    let flags = |viewer| shop.explain(viewer, &[(2, "1", "EA")]).price.expect("priced").flags;
    assert!(flags(Viewer::Staff).below_cost && flags(Viewer::Staff).below_floor);
    assert!(!flags(Viewer::Buyer).below_cost && !flags(Viewer::Buyer).below_floor);
}

#[test]
fn staff_sees_rows_of_other_times() {
    let mut shop = Shop::open();
    shop.timed_entry(4, 1, "EA", "0", "5", valid(1, 2)).timed_entry(4, 1, "EA", "0", "6", valid(2_000, 3_000));
    let line = shop.explain(Viewer::Staff, &[(1, "1", "EA")]);
    assert_eq!(reasons(&line), [("L4", "expired"), ("L4", "not_yet_valid")]);
    assert!(shop.explain(Viewer::Buyer, &[(1, "1", "EA")]).candidates.is_empty());
}

#[test]
fn the_next_break_respects_the_order_multiple() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "1", "5").entry(4, 1, "EA", "92", "4");
    let next = shop.explain(Viewer::Buyer, &[(1, "90", "EA")]).next_break.expect("a break");
    assert_eq!((next.add, next.quantity), (quantity("5"), quantity("95")), "pieces come in fives");
    assert_eq!((next.unit_price, next.line_amount, next.costs_less), (amount("4"), amount("380"), true));
    let next = shop.explain(Viewer::Buyer, &[(1, "1", "BX")]).next_break.expect("a break");
    assert_eq!((next.add, next.costs_less), (quantity("3"), false), "62 pieces are three boxes");
    assert!(shop.explain(Viewer::Buyer, &[(1, "95", "EA")]).next_break.is_none());
}

#[test]
fn a_break_that_changes_nothing_is_no_break() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "1", "5").entry(4, 1, "EA", "10", "4");
    shop.contract(1, 2, EXCLUSIVE, vec![terms(sku(1), Kind::Fixed, "6").step("20", "6").step("40", "3")]);
    let next = shop.explain(Viewer::Buyer, &[(1, "1", "EA")]).next_break.expect("a break");
    assert_eq!((next.add, next.unit_price), (quantity("40"), amount("3")));
}

#[test]
fn a_line_without_price_says_when_it_has_one() {
    let mut shop = Shop::open();
    shop.entry(4, 2, "EA", "10", "4");
    let line = shop.explain(Viewer::Buyer, &[(2, "4", "EA")]);
    assert!(line.price.is_err() && line.waterfall.is_empty());
    assert_eq!(reasons(&line), [("L4", "under_threshold")]);
    assert_eq!(line.next_break.expect("a break").add, quantity("6"));
}

fn entry(id: i64, unit: &str, from: &str, price: &str, times: Times) -> Entry {
    Entry {
        id: EntryId(id),
        list: ListId(1),
        product: ProductId(1),
        unit: unit.parse().expect("a unit code"),
        currency: "EUR".parse().expect("listed"),
        min_quantity: quantity(from),
        unit_price: amount(price),
        per: Per::ONE,
        times,
    }
}

fn product() -> ProductVersion {
    ProductVersion {
        id: ProductId(1),
        recorded_at: Instant::MIN,
        categories: vec![],
        brand: None,
        mix_group: None,
        stock_unit: "EA".parse().expect("a unit code"),
        units: vec![],
        money: vec![ProductMoney { currency: "EUR".parse().expect("listed"), cost: Some(amount("2")), floor: Some(amount("3")) }],
    }
}

#[test]
fn entries_are_reviewed() {
    use FindingKind::{Gap, NeverValid, Overlap, RisingBreak, UnderCost, UnderFloor, UnknownUnit};
    let version = product();
    let entries = [
        entry(1, "EA", "1", "5", valid(0, 10)),
        entry(2, "EA", "1", "5", valid(5, 20)),
        entry(3, "EA", "1", "5", valid(30, 40)),
        entry(4, "EA", "10", "6", valid(0, 10)),
        entry(5, "EA", "100", "1", valid(9, 9)),
        entry(6, "BX", "1", "9", since(0)),
        entry(7, "EA", "1000", "2.5", since(0)),
        Entry { times: Times { superseded_at: Some(Instant::from_micros(1)), ..since(0) }, ..entry(8, "EA", "1", "1", since(0)) },
    ];
    let found = review_entries(&entries, Instant::from_micros(1), |id| (id == version.id).then_some(&version));
    let found: Vec<_> = found.iter().map(|finding| (finding.row, finding.kind)).collect();
    let row = |id| pricing::review::ReviewedRow::Entry(EntryId(id));
    let expected = [
        (row(2), Overlap),
        (row(2), Gap),
        (row(4), RisingBreak),
        (row(5), NeverValid),
        (row(5), UnderCost),
        (row(5), UnderFloor),
        (row(6), UnknownUnit),
        (row(7), UnderFloor),
    ];
    assert_eq!(found, expected);
}

#[test]
fn contract_lines_are_reviewed() {
    let line = |id, terms| ContractLine { id: ContractLineId(id), contract: ContractId(1), terms, times: since(0) };
    let lines = [
        line(1, terms(sku(1), Kind::Fixed, "5").step("10", "6")),
        line(2, terms(sku(1), Kind::Fixed, "1")),
        line(3, terms(Target::Everything, Kind::PercentOff, "120").step("10", "110")),
    ];
    let version = product();
    let euro = "EUR".parse().expect("listed");
    let found = review_contract_lines(&lines, euro, Instant::from_micros(1), |_| Some(&version));
    let codes: Vec<&str> = found.iter().map(|finding| finding.kind.code()).collect();
    let expected =
        ["rising_break", "overlap", "under_cost", "under_floor", "rising_break", "over_hundred_percent", "over_hundred_percent"];
    assert_eq!(codes, expected);
}

#[test]
fn unsound_rows_are_refused() {
    let mut book = PriceBook::new();
    let put = |book: &mut PriceBook, terms| {
        let line = ContractLine { id: ContractLineId(1), contract: ContractId(1), terms, times: since(0) };
        book.put_contract_line(&line)
    };
    let fixed = || terms(sku(1), Kind::Fixed, "1");
    assert_eq!(put(&mut book, terms(sku(1 << 24), Kind::Fixed, "1")), Err(BookError::HandleTooLarge));
    assert_eq!(put(&mut book, fixed().step("-1", "1")), Err(BookError::NegativeThreshold));
    assert_eq!(put(&mut book, fixed().step("0", "1")), Err(BookError::DuplicateThreshold));
    assert_eq!(put(&mut book, pricing::Terms { value: None, ..fixed() }), Err(BookError::NoValue));
    assert_eq!(book.put_entry(&entry(1, "EA", "-1", "1", since(0))), Err(BookError::NegativeThreshold));
    let promotion = |terms, currency| Promotion {
        id: PromotionId(1),
        version: 1,
        code: "P".into(),
        audience: Audience::Everyone,
        coupon: None,
        currency,
        lines: vec![terms],
        times: since(0),
    };
    let euro = "EUR".parse().ok();
    assert_eq!(book.put_promotion(&promotion(fixed(), None)), Err(BookError::CurrencyMissing));
    assert_eq!(book.put_promotion(&promotion(fixed().scope(Scope::Period), euro)), Err(BookError::ContractOnly));
    let version = ProductVersion { units: vec![unit(2), unit(2)], ..product() };
    assert_eq!(book.put_product(&version), Err(BookError::ConflictingUnits));
}

fn unit(factor: i64) -> pricing::ProductUnit {
    pricing::ProductUnit {
        code: "BX".parse().expect("a unit code"),
        factor: pricing::Factor::new(factor, 1).expect("positive"),
        order_multiple: Some(Quantity::ONE),
    }
}
