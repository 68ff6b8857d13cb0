//! A large book, drawn from a fixed seed: the same on every machine.

use pricing::{
    AccountId, AccountVersion, Amount, Assignment, Audience, BrandId, Break, CategoryAt, CategoryId, ContractId, ContractLine,
    ContractLineId, ContractStatus, ContractVersion, Currency, Entry, EntryId, Factor, GroupId, Instant, Kind, ListId,
    ListVersion, MixGroupId, Mode, Per, PriceBook, PriceRequest, ProductId, ProductMoney, ProductUnit, ProductVersion, Promotion,
    PromotionId, Quantity, RequestLine, Scope, Target, Terms, Times, UnitCode,
};

pub(crate) const SKUS: u32 = 100_000;
pub(crate) const ACCOUNTS: u32 = 10_000;
const GROUPS: u32 = 15;
const LISTS: u32 = 20;
const CONTRACTS: u32 = 10_000;
const LINES_PER_CONTRACT: u32 = 50;
const PROMOTIONS: u32 = 20_000;
/// Every list prices everything, the default list with three thresholds.
pub(crate) const ENTRIES: u32 = SKUS * 3 + (LISTS - 1) * SKUS;
pub(crate) const NOW: Instant = Instant::from_micros(1_800_000_000_000_000);
const THEN: Instant = Instant::from_micros(1_700_000_000_000_000);

/// A small generator of reproducible numbers (xorshift).
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 32) % u64::from(end)) as u32
    }
}

pub(crate) fn euro() -> Currency {
    "EUR".parse().expect("listed")
}

pub(crate) fn each() -> UnitCode {
    "EA".parse().expect("a unit code")
}

fn boxes() -> UnitCode {
    "BX".parse().expect("a unit code")
}

pub(crate) fn whole(number: u32) -> Quantity {
    Quantity::from_micros(i64::from(number) * 1_000_000)
}

pub(crate) fn cents(cents: u32) -> Amount {
    Amount::from_micros(i64::from(cents) * 10_000)
}

/// A line of a random product, one in five in boxes.
pub(crate) fn line(draw: &mut Draw) -> RequestLine {
    let unit = if draw.below(5) == 0 { boxes() } else { each() };
    RequestLine { product: ProductId(draw.below(SKUS)), quantity: whole(1 + draw.below(60)), unit }
}

pub(crate) fn request(account: u32, lines: &[RequestLine]) -> PriceRequest<'_> {
    PriceRequest {
        account: Some(AccountId(account)),
        currency: euro(),
        at: NOW,
        as_of: NOW,
        coupons: &[],
        lines,
        period_quantities: &[],
    }
}

pub(crate) fn large() -> PriceBook {
    let mut book = PriceBook::new();
    let draw = &mut Draw::new(42);
    for id in 0..SKUS {
        book.put_product(&product(id, draw)).expect("a sound product");
    }
    for id in 0..ACCOUNTS {
        // Four in five stand below a company, as sites and subsidiaries do.
        let parent = (id >= ACCOUNTS / 5).then(|| AccountId(draw.below(ACCOUNTS / 5)));
        let group = Some(GroupId(draw.below(GROUPS)));
        let version = AccountVersion { id: AccountId(id), recorded_at: THEN, parent, group };
        book.put_account(&version).expect("a sound account");
    }
    put_lists(&mut book, draw);
    put_contracts(&mut book, draw);
    for id in 0..PROMOTIONS {
        book.put_promotion(&promotion(id, draw)).expect("a sound promotion");
    }
    book.shrink();
    book
}

fn product(id: u32, draw: &mut Draw) -> ProductVersion {
    let leaf = draw.below(800);
    ProductVersion {
        id: ProductId(id),
        recorded_at: THEN,
        categories: vec![
            CategoryAt { id: CategoryId(leaf), depth: 2 },
            CategoryAt { id: CategoryId(1_000 + leaf / 20), depth: 1 },
            CategoryAt { id: CategoryId(2_000 + leaf / 100), depth: 0 },
        ],
        brand: Some(BrandId(draw.below(500))),
        mix_group: (draw.below(2) == 0).then(|| MixGroupId(draw.below(2_000))),
        stock_unit: each(),
        units: vec![ProductUnit {
            code: boxes(),
            factor: Factor::new(i64::from(2 + draw.below(40)), 1).expect("positive"),
            order_multiple: Some(Quantity::ONE),
        }],
        money: vec![ProductMoney { currency: euro(), cost: Some(cents(50)), floor: Some(cents(60)) }],
    }
}

fn put_lists(book: &mut PriceBook, draw: &mut Draw) {
    let mut id = 0;
    for list in 0..LISTS {
        let assigned = match list {
            0 => vec![Assignment::Default],
            1..=GROUPS => vec![Assignment::Group(GroupId(list - 1))],
            _ => (0..500).map(|_| Assignment::Account(AccountId(draw.below(ACCOUNTS)))).collect(),
        };
        let version = ListVersion { id: ListId(list), recorded_at: THEN, code: format!("L{list}"), assigned };
        book.put_list(&version).expect("a sound list");
        let thresholds: &[u32] = if list == 0 { &[1, 10, 100] } else { &[1] };
        for product in 0..SKUS {
            let price = 200 + draw.below(10_000);
            for (index, threshold) in thresholds.iter().enumerate() {
                id += 1;
                let entry = Entry {
                    id: EntryId(id),
                    list: ListId(list),
                    product: ProductId(product),
                    unit: each(),
                    currency: euro(),
                    min_quantity: whole(*threshold),
                    unit_price: cents(price - price / 20 * index as u32),
                    per: Per::ONE,
                    times: Times::since(THEN),
                };
                book.put_entry(&entry).expect("a sound entry");
            }
        }
    }
}

fn put_contracts(book: &mut PriceBook, draw: &mut Draw) {
    for id in 0..CONTRACTS {
        let header = ContractVersion {
            id: ContractId(id),
            version: 1,
            code: format!("C{id}"),
            account: AccountId(id),
            currency: euro(),
            mode: if id % 2 == 0 { Mode::Exclusive } else { Mode::BestOf },
            status: ContractStatus::Active,
            times: Times { valid_from: Some(THEN), ..Times::since(THEN) },
        };
        book.put_contract(&header).expect("a sound contract");
        for line in 0..LINES_PER_CONTRACT {
            let target = match line {
                0 => Target::Category(CategoryId(draw.below(800))),
                1 => Target::Category(CategoryId(1_000 + draw.below(40))),
                2 => Target::Brand(BrandId(draw.below(500))),
                3 => Target::Everything,
                _ => Target::Sku(ProductId(draw.below(SKUS))),
            };
            let scope = if line % 3 == 1 { Scope::Group } else { Scope::Sku };
            let line = ContractLine {
                id: ContractLineId(i64::from(id * LINES_PER_CONTRACT + line)),
                contract: ContractId(id),
                terms: terms(target, scope, line > 3, draw),
                times: Times::since(THEN),
            };
            book.put_contract_line(&line).expect("a sound line");
        }
    }
}

fn terms(target: Target, scope: Scope, fixed: bool, draw: &mut Draw) -> Terms {
    let (kind, value) = if fixed { (Kind::Fixed, 150 + draw.below(5_000)) } else { (Kind::PercentOff, 300) };
    let better = if fixed { value - value / 10 } else { value + 200 };
    Terms {
        target,
        kind,
        unit: None,
        per: Per::ONE,
        scope,
        value: Some(cents(value)),
        breaks: vec![Break { threshold: whole(50), value: cents(better) }],
    }
}

fn promotion(id: u32, draw: &mut Draw) -> Promotion {
    let audience = match id % 4 {
        0 => Audience::Account(AccountId(draw.below(ACCOUNTS))),
        1 => Audience::Group(GroupId(draw.below(GROUPS))),
        _ => Audience::Everyone,
    };
    let target = match id % 100 {
        0 => Target::Category(CategoryId(draw.below(800))),
        1 => Target::Brand(BrandId(draw.below(500))),
        _ => Target::Sku(ProductId(draw.below(SKUS))),
    };
    let scope = if id.is_multiple_of(2) { Scope::Sku } else { Scope::Group };
    Promotion {
        id: PromotionId(id),
        version: 1,
        code: format!("P{id}"),
        audience,
        coupon: id.is_multiple_of(10).then(|| format!("SAVE{id}")),
        currency: None,
        lines: vec![terms(target, scope, false, draw)],
        times: Times::since(THEN),
    }
}
