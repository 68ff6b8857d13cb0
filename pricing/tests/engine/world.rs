//! Small random worlds: plain rows, drawn from a seed, dense with ties, overlaps and odd units.

use pricing::{
    AccountId, AccountVersion, Amount, Assignment, Audience, BrandId, Break, CategoryAt, CategoryId, ContractId, ContractLine,
    ContractLineId, ContractStatus, ContractVersion, Currency, Entry, EntryId, Factor, GroupId, Instant, Kind, ListId,
    ListVersion, MixGroupId, Mode, Per, PeriodQuantity, PriceBook, ProductId, ProductMoney, ProductUnit, ProductVersion,
    Promotion, PromotionId, Quantity, RequestLine, Scope, Target, Terms, Times, UnitCode,
};

/// A generator of reproducible numbers (splitmix).
#[derive(Clone)]
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    fn id(&mut self, end: u64) -> u32 {
        self.below(end) as u32
    }

    fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.below(index as u64 + 1) as usize);
        }
    }

    fn instant(&mut self) -> Instant {
        Instant::from_micros(self.below(8) as i64)
    }
}

/// One row of any kind.
#[derive(Debug, Clone)]
pub(crate) enum Row {
    Product(ProductVersion),
    Account(AccountVersion),
    List(ListVersion),
    Entry(Entry),
    Contract(ContractVersion),
    Line(ContractLine),
    Promotion(Promotion),
}

/// All rows there are, and a basket.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) rows: Vec<Row>,
    pub(crate) account: Option<AccountId>,
    pub(crate) currency: Currency,
    pub(crate) at: Instant,
    pub(crate) as_of: Instant,
    pub(crate) coupons: Vec<String>,
    pub(crate) lines: Vec<RequestLine>,
    pub(crate) periods: Vec<PeriodQuantity>,
}

pub(crate) fn unit(code: &str) -> UnitCode {
    code.parse().expect("a unit code")
}

pub(crate) fn currency(code: &str) -> Currency {
    code.parse().expect("listed")
}

impl World {
    pub(crate) fn random(seed: u64) -> Self {
        let draw = &mut Draw(seed);
        let mut rows = Vec::new();
        (0..4).for_each(|id| rows.extend(products(id, draw)));
        (0..5).for_each(|id| rows.extend(accounts(id, draw)));
        (0..5).for_each(|id| rows.extend(lists(id, draw)));
        (0..24).for_each(|id| rows.push(Row::Entry(entry(id, draw))));
        (0..5).for_each(|id| rows.extend(contracts(id, draw)));
        (0..16).for_each(|id| rows.push(Row::Line(line(id, draw))));
        (0..8).for_each(|id| rows.extend(promotions(id, draw)));
        let lines = (0..=draw.below(5)).map(|_| request_line(draw)).collect();
        let periods = (0..16)
            .filter_map(|id| {
                let (given, quantity) = (draw.chance(2), quantity(draw));
                given.then_some(PeriodQuantity { line: ContractLineId(id), quantity })
            })
            .collect();
        Self {
            rows,
            account: (!draw.chance(10)).then(|| AccountId(draw.id(5))),
            currency: if draw.chance(8) { currency("JPY") } else { currency("EUR") },
            at: Instant::from_micros(2 + draw.below(6) as i64),
            as_of: Instant::from_micros(2 + draw.below(6) as i64),
            coupons: if draw.chance(2) { vec!["save".to_owned()] } else { Vec::new() },
            lines,
            periods,
        }
    }

    pub(crate) fn request(&self) -> pricing::PriceRequest<'_> {
        pricing::PriceRequest {
            account: self.account,
            currency: self.currency,
            at: self.at,
            as_of: self.as_of,
            coupons: &self.coupons,
            lines: &self.lines,
            period_quantities: &self.periods,
        }
    }

    pub(crate) fn book(&self) -> PriceBook {
        let mut book = PriceBook::new();
        for row in &self.rows {
            put(&mut book, row);
        }
        book
    }
}

pub(crate) fn put(book: &mut PriceBook, row: &Row) {
    let result = match row {
        Row::Product(row) => book.put_product(row),
        Row::Account(row) => book.put_account(row),
        Row::List(row) => book.put_list(row),
        Row::Entry(row) => book.put_entry(row),
        Row::Contract(row) => book.put_contract(row),
        Row::Line(row) => book.put_contract_line(row),
        Row::Promotion(row) => book.put_promotion(row),
    };
    result.expect("a sound row");
}

fn times(draw: &mut Draw) -> Times {
    Times {
        valid_from: draw.chance(3).then(|| draw.instant()),
        valid_until: draw.chance(5).then(|| draw.instant()),
        recorded_at: if draw.chance(3) { draw.instant() } else { Instant::from_micros(0) },
        superseded_at: draw.chance(6).then(|| draw.instant()),
    }
}

fn quantity(draw: &mut Draw) -> Quantity {
    let step = draw.pick(&[1_000_000, 1_000_000, 1_000_000, 500_000, 1]);
    Quantity::from_micros(1 + (draw.below(14) as i64) * step)
}

fn threshold(draw: &mut Draw) -> Quantity {
    Quantity::from_micros(draw.pick(&[0, 1, 2, 3, 4, 5, 8, 12]) * 1_000_000)
}

fn price(draw: &mut Draw) -> Amount {
    // Few values, so that ties are common; some with decimals beyond the cent.
    Amount::from_micros(draw.pick(&[1_000_000, 2_000_000, 2_000_000, 3_500_000, 4_123_457, 5_000_000, 9_999_999]))
}

fn per(draw: &mut Draw) -> Per {
    Per::new(draw.pick(&[1, 1, 1, 2, 100])).expect("not zero")
}

fn some_currency(draw: &mut Draw) -> Currency {
    if draw.chance(6) { currency("JPY") } else { currency("EUR") }
}

/// Factors that do not fit each other: 3, 1/3, 7/2.
fn products(id: u32, draw: &mut Draw) -> Vec<Row> {
    let versions = 1 + draw.below(2);
    let mut rows = Vec::new();
    for version in 0..versions {
        let factor = draw.pick(&[(3, 1), (1, 3), (7, 2), (12, 1)]);
        let unit_of = |code: &str, (numerator, denominator): (i64, i64), multiple: Option<i64>| ProductUnit {
            code: unit(code),
            factor: Factor::new(numerator, denominator).expect("positive"),
            order_multiple: multiple.map(|multiple| Quantity::from_micros(multiple * 1_000_000)),
        };
        let mut units = vec![unit_of("BX", factor, Some(2))];
        if draw.chance(2) {
            units.push(unit_of("PAL", (24, 1), None));
        }
        if draw.chance(2) {
            units.push(unit_of("EA", (1, 1), Some(1)));
        }
        let money = ProductMoney {
            currency: currency("EUR"),
            cost: draw.chance(2).then(|| price(draw)),
            floor: draw.chance(3).then(|| price(draw)),
        };
        let category = |id, depth| CategoryAt { id: CategoryId(id), depth };
        rows.push(Row::Product(ProductVersion {
            id: ProductId(id),
            recorded_at: Instant::from_micros(version as i64 * 4),
            categories: vec![category(0, 0), category(1 + draw.id(2), 1), category(3 + draw.id(2), 1)],
            brand: draw.chance(2).then(|| BrandId(draw.id(2))),
            mix_group: draw.chance(2).then_some(MixGroupId(0)),
            stock_unit: unit("EA"),
            units,
            money: vec![money],
        }));
    }
    rows
}

fn accounts(id: u32, draw: &mut Draw) -> Vec<Row> {
    (0..=draw.below(2))
        .map(|version| {
            Row::Account(AccountVersion {
                id: AccountId(id),
                recorded_at: Instant::from_micros(version as i64 * 3 + 1),
                // Any account may be the parent, so there are circles.
                parent: (!draw.chance(3)).then(|| AccountId(draw.id(5))),
                group: draw.chance(2).then(|| GroupId(draw.id(2))),
            })
        })
        .collect()
}

fn lists(id: u32, draw: &mut Draw) -> Vec<Row> {
    let assignments = [
        Assignment::Default,
        Assignment::Group(GroupId(0)),
        Assignment::Group(GroupId(1)),
        Assignment::Account(AccountId(0)),
        Assignment::Account(AccountId(1)),
        Assignment::Account(AccountId(2)),
    ];
    (0..=draw.below(2))
        .map(|version| {
            Row::List(ListVersion {
                id: ListId(id),
                recorded_at: Instant::from_micros(version as i64 * 5),
                code: format!("list-{id}"),
                assigned: (0..=draw.below(2)).map(|_| draw.pick(&assignments)).collect(),
            })
        })
        .collect()
}

fn entry(id: i64, draw: &mut Draw) -> Entry {
    Entry {
        id: EntryId(id),
        list: ListId(draw.id(5)),
        product: ProductId(draw.id(4)),
        unit: unit(draw.pick(&["EA", "EA", "BX", "PAL"])),
        currency: some_currency(draw),
        min_quantity: threshold(draw),
        unit_price: price(draw),
        per: per(draw),
        times: times(draw),
    }
}

fn contracts(id: u32, draw: &mut Draw) -> Vec<Row> {
    (0..=draw.below(2))
        .map(|version| {
            Row::Contract(ContractVersion {
                id: ContractId(id),
                version: version as i64,
                // Two contracts may bear the same code.
                code: format!("contract-{}", id / 2 * 2 + draw.id(2)),
                account: AccountId(draw.id(5)),
                currency: some_currency(draw),
                mode: if draw.chance(2) { Mode::Exclusive } else { Mode::BestOf },
                status: if draw.chance(6) { ContractStatus::Inactive } else { ContractStatus::Active },
                times: times(draw),
            })
        })
        .collect()
}

fn target(draw: &mut Draw) -> Target {
    match draw.below(6) {
        0 => Target::Category(CategoryId(draw.id(5))),
        1 => Target::Brand(BrandId(draw.id(2))),
        2 => Target::Everything,
        _ => Target::Sku(ProductId(draw.id(4))),
    }
}

fn terms(promotion: bool, draw: &mut Draw) -> Terms {
    let kind = draw.pick(&[Kind::Fixed, Kind::Fixed, Kind::PercentOff, Kind::AmountOff, Kind::CostPlus]);
    let kind = if promotion && kind == Kind::CostPlus { Kind::PercentOff } else { kind };
    let scope = draw.pick(&[Scope::Sku, Scope::Group, Scope::Period]);
    let scope = if promotion && scope == Scope::Period { Scope::Sku } else { scope };
    let value = |draw: &mut Draw| match kind {
        Kind::Fixed => price(draw),
        Kind::PercentOff => Amount::from_micros(draw.pick(&[5_000_000, 12_500_000, 33_333_333, 120_000_000])),
        Kind::AmountOff => Amount::from_micros(draw.pick(&[100_000, 333_333, 1_000_000, 4_000_000])),
        Kind::CostPlus => Amount::from_micros(draw.pick(&[-120_000_000, 0, 12_500_000, 100_000_000])),
    };
    let mut breaks: Vec<Break> = (0..draw.below(3)).map(|_| Break { threshold: threshold(draw), value: value(draw) }).collect();
    breaks.sort_by_key(|step| step.threshold);
    breaks.dedup_by_key(|step| step.threshold);
    let has_zero = breaks.iter().any(|step| step.threshold.is_zero());
    let base = (breaks.is_empty() || !has_zero && draw.chance(2)).then(|| value(draw));
    draw.shuffle(&mut breaks);
    Terms {
        target: target(draw),
        kind,
        unit: draw.pick(&[None, Some("EA"), Some("BX"), Some("PAL")]).map(unit),
        per: per(draw),
        scope,
        value: base,
        breaks,
    }
}

fn line(id: i64, draw: &mut Draw) -> ContractLine {
    ContractLine { id: ContractLineId(id), contract: ContractId(draw.id(5)), terms: terms(false, draw), times: times(draw) }
}

fn promotions(id: u32, draw: &mut Draw) -> Vec<Row> {
    let audiences =
        [Audience::Everyone, Audience::Group(GroupId(0)), Audience::Account(AccountId(0)), Audience::Account(AccountId(1))];
    (0..=draw.below(2))
        .map(|version| {
            let lines: Vec<Terms> = (0..=draw.below(2)).map(|_| terms(true, draw)).collect();
            let percentages = lines.iter().all(|line| line.kind == Kind::PercentOff);
            Row::Promotion(Promotion {
                id: PromotionId(id),
                version: version as i64,
                code: format!("promotion-{}", id / 2),
                audience: draw.pick(&audiences),
                coupon: draw.chance(4).then(|| "SAVE".to_owned()),
                currency: (!percentages || draw.chance(2)).then(|| some_currency(draw)),
                lines,
                times: times(draw),
            })
        })
        .collect()
}

pub(crate) fn request_line(draw: &mut Draw) -> RequestLine {
    RequestLine {
        product: ProductId(if draw.chance(20) { 4 } else { draw.id(4) }),
        quantity: if draw.chance(30) { Quantity::ZERO } else { quantity(draw) },
        unit: unit(draw.pick(&["EA", "EA", "BX", "PAL"])),
    }
}
