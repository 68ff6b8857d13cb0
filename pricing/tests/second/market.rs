//! Markets: companies in trees, price lists, agreements and promotions over time, and a basket.

use pricing::{
    AccountId, AccountVersion, Amount, Assignment, Audience, BrandId, Break, CategoryAt, CategoryId, ContractId, ContractLine,
    ContractLineId, ContractStatus, ContractVersion, Currency, Entry, EntryId, Factor, GroupId, Instant, Kind, ListId,
    ListVersion, MixGroupId, Mode, Per, PeriodQuantity, PriceBook, PriceRequest, ProductId, ProductMoney, ProductUnit,
    ProductVersion, Promotion, PromotionId, Quantity, RequestLine, Scope, Target, Terms, Times, UnitCode,
};

/// Everything there is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Market {
    pub(crate) products: Vec<ProductVersion>,
    pub(crate) accounts: Vec<AccountVersion>,
    pub(crate) lists: Vec<ListVersion>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) contracts: Vec<ContractVersion>,
    pub(crate) lines: Vec<ContractLine>,
    pub(crate) promotions: Vec<Promotion>,
}

/// Puts one row.
type Put<'m> = Box<dyn Fn(&mut PriceBook) -> Result<(), pricing::BookError> + 'm>;

/// Who asks for what.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) account: Option<AccountId>,
    pub(crate) currency: Currency,
    pub(crate) at: Instant,
    pub(crate) as_of: Instant,
    pub(crate) coupons: Vec<String>,
    pub(crate) basket: Vec<RequestLine>,
    pub(crate) before: Vec<PeriodQuantity>,
}

impl Question {
    pub(crate) fn request(&self) -> PriceRequest<'_> {
        PriceRequest {
            account: self.account,
            currency: self.currency,
            at: self.at,
            as_of: self.as_of,
            coupons: &self.coupons,
            lines: &self.basket,
            period_quantities: &self.before,
        }
    }
}

/// Chance, reproducible (a linear congruential generator, its upper bits).
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x5DEE_CE66_D1CE_4E5B)
    }

    pub(crate) fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(sides)) as u32
    }

    fn one_in(&mut self, sides: u32) -> bool {
        self.roll(sides) == 0
    }

    pub(crate) fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len() as u32) as usize].clone()
    }

    fn instant(&mut self) -> Instant {
        Instant::from_micros(i64::from(self.roll(20)))
    }

    fn times(&mut self) -> Times {
        Times {
            valid_from: self.one_in(2).then(|| self.instant()),
            valid_until: self.one_in(6).then(|| self.instant()),
            recorded_at: if self.one_in(2) { self.instant() } else { Instant::from_micros(0) },
            superseded_at: self.one_in(8).then(|| self.instant()),
        }
    }
}

pub(crate) fn code(text: &str) -> UnitCode {
    text.parse().expect("a unit code")
}

fn currency(dice: &mut Dice) -> Currency {
    dice.of(&["EUR", "EUR", "EUR", "JPY", "KWD", "CLF"]).parse().expect("listed")
}

fn amount(dice: &mut Dice) -> Amount {
    dice.of(&["0.000001", "0.05", "0.125", "1", "1", "2.5", "3.333333", "9.99", "12.345678", "250", "1999.95"])
        .parse()
        .expect("a decimal")
}

fn quantity(dice: &mut Dice) -> Quantity {
    dice.of(&["0.000001", "0.5", "1", "1", "2", "2.5", "7", "12", "60", "144", "1000"]).parse().expect("a decimal")
}

const PRODUCTS: u32 = 6;
const ACCOUNTS: u32 = 8;
const UNITS: [&str; 5] = ["EA", "MTR", "BX", "PAL", "INH"];

impl Market {
    pub(crate) fn random(dice: &mut Dice) -> Self {
        let mut market = Self::default();
        for id in 0..PRODUCTS {
            market.add_product(id, dice);
        }
        for id in 0..ACCOUNTS {
            market.add_account(id, dice);
        }
        for id in 0..7 {
            market.add_list(id, dice);
        }
        market.entries = (0..50).map(|id| entry(id, dice)).collect();
        for id in 0..7 {
            market.add_contract(id, dice);
        }
        market.lines = (0..36).map(|id| contract_line(id, dice)).collect();
        for id in 0..10 {
            market.add_promotion(id, dice);
        }
        market
    }

    fn add_product(&mut self, id: u32, dice: &mut Dice) {
        for version in 0..=dice.roll(2) {
            let stock_unit = dice.of(&["EA", "EA", "EA", "MTR"]);
            let mut units: Vec<ProductUnit> = Vec::new();
            for unit in UNITS.iter().filter(|unit| **unit != stock_unit) {
                let (up, low) = dice.of(&[(12, 1), (144, 1), (2, 3), (127, 5000), (1, 1000), (5, 2)]);
                let multiple = dice.of(&[None, Some("1"), Some("0.5"), Some("3")]);
                if dice.one_in(2) {
                    units.push(ProductUnit {
                        code: code(unit),
                        factor: Factor::new(up, low).expect("positive"),
                        order_multiple: multiple.map(|text| text.parse().expect("a decimal")),
                    });
                }
            }
            if dice.one_in(2) {
                let multiple = dice.of(&["1", "5", "0.25"]).parse().expect("a decimal");
                units.push(ProductUnit { code: code(stock_unit), factor: Factor::ONE, order_multiple: Some(multiple) });
            }
            // A chain of up to four categories, each number at one depth.
            let leaf = dice.roll(4);
            let categories = (0..leaf).map(|depth| CategoryAt { id: CategoryId(depth * 10 + dice.roll(2)), depth }).collect();
            let money = ["EUR", "JPY"].map(|currency| ProductMoney {
                currency: currency.parse().expect("listed"),
                cost: dice.one_in(2).then(|| amount(dice)),
                floor: dice.one_in(3).then(|| amount(dice)),
            });
            let money = money.to_vec();
            self.products.push(ProductVersion {
                id: ProductId(id),
                recorded_at: Instant::from_micros(i64::from(version * 7)),
                categories,
                brand: dice.one_in(2).then(|| BrandId(dice.roll(2))),
                mix_group: dice.one_in(2).then(|| MixGroupId(dice.roll(2))),
                stock_unit: code(stock_unit),
                units,
                money,
            });
        }
    }

    fn add_account(&mut self, id: u32, dice: &mut Dice) {
        for version in 0..=dice.roll(2) {
            // Mostly a tree, now and then a circle.
            let parent = if id == 0 || dice.one_in(4) { None } else { Some(AccountId(dice.roll(id))) };
            let parent = if dice.one_in(12) { Some(AccountId(dice.roll(ACCOUNTS))) } else { parent };
            self.accounts.push(AccountVersion {
                id: AccountId(id),
                recorded_at: Instant::from_micros(i64::from(version * 9 + 1)),
                parent,
                group: dice.one_in(2).then(|| GroupId(dice.roll(2))),
            });
        }
    }

    fn add_list(&mut self, id: u32, dice: &mut Dice) {
        for version in 0..=dice.roll(2) {
            let one = |dice: &mut Dice| match dice.roll(4) {
                0 => Assignment::Default,
                1 => Assignment::Group(GroupId(dice.roll(2))),
                _ => Assignment::Account(AccountId(dice.roll(ACCOUNTS))),
            };
            let assigned = (0..=dice.roll(2)).map(|_| one(dice)).collect();
            let recorded_at = Instant::from_micros(i64::from(version * 6));
            self.lists.push(ListVersion { id: ListId(id), recorded_at, code: format!("L{id}"), assigned });
        }
    }

    fn add_contract(&mut self, id: u32, dice: &mut Dice) {
        for version in 0..=dice.roll(2) {
            self.contracts.push(ContractVersion {
                id: ContractId(id),
                version: i64::from(version),
                code: format!("C{}", dice.roll(5)),
                account: AccountId(dice.roll(ACCOUNTS)),
                currency: currency(dice),
                mode: dice.of(&[Mode::Exclusive, Mode::BestOf]),
                status: if dice.one_in(8) { ContractStatus::Inactive } else { ContractStatus::Active },
                times: dice.times(),
            });
        }
    }

    fn add_promotion(&mut self, id: u32, dice: &mut Dice) {
        for version in 0..=dice.roll(2) {
            let lines: Vec<Terms> = (0..=dice.roll(3)).map(|_| terms(true, dice)).collect();
            let only_percentages = lines.iter().all(|terms| terms.kind == Kind::PercentOff);
            self.promotions.push(Promotion {
                id: PromotionId(id),
                version: i64::from(version),
                code: format!("P{}", dice.roll(6)),
                audience: match dice.roll(3) {
                    0 => Audience::Everyone,
                    1 => Audience::Group(GroupId(dice.roll(2))),
                    _ => Audience::Account(AccountId(dice.roll(ACCOUNTS))),
                },
                coupon: dice.of(&[None, None, Some("Summer"), Some("WINTER")]).map(str::to_owned),
                currency: (!only_percentages || dice.one_in(2)).then(|| currency(dice)),
                lines,
                times: dice.times(),
            });
        }
    }

    /// Puts every row into a book, in any order.
    pub(crate) fn book(&self, dice: &mut Dice) -> PriceBook {
        let mut book = PriceBook::new();
        let mut puts: Vec<Put<'_>> = Vec::new();
        puts.extend(self.products.iter().map(|row| Box::new(|book: &mut PriceBook| book.put_product(row)) as Put<'_>));
        puts.extend(self.accounts.iter().map(|row| Box::new(|book: &mut PriceBook| book.put_account(row)) as Put<'_>));
        puts.extend(self.lists.iter().map(|row| Box::new(|book: &mut PriceBook| book.put_list(row)) as Put<'_>));
        puts.extend(self.entries.iter().map(|row| Box::new(|book: &mut PriceBook| book.put_entry(row)) as Put<'_>));
        puts.extend(self.contracts.iter().map(|row| Box::new(|book: &mut PriceBook| book.put_contract(row)) as Put<'_>));
        puts.extend(self.lines.iter().map(|row| Box::new(|book: &mut PriceBook| book.put_contract_line(row)) as Put<'_>));
        puts.extend(self.promotions.iter().map(|row| Box::new(|book: &mut PriceBook| book.put_promotion(row)) as Put<'_>));
        for last in (1..puts.len()).rev() {
            puts.swap(last, dice.roll(last as u32 + 1) as usize);
        }
        for put in puts {
            put(&mut book).expect("a sound row");
        }
        book
    }

    pub(crate) fn question(dice: &mut Dice) -> Question {
        let basket = (0..=dice.roll(7)).map(|_| basket_line(dice)).collect();
        let before = (0..36).map(|line| PeriodQuantity { line: ContractLineId(line), quantity: quantity(dice) });
        let before = before.collect::<Vec<_>>().into_iter().filter(|_| dice.one_in(2)).collect();
        Question {
            account: (!dice.one_in(12)).then(|| AccountId(dice.roll(ACCOUNTS))),
            currency: currency(dice),
            at: dice.instant(),
            as_of: dice.instant(),
            coupons: dice.of(&[vec![], vec!["SUMMER".to_owned()], vec!["x".to_owned(), "winter".to_owned()]]),
            basket,
            before,
        }
    }
}

fn entry(id: i64, dice: &mut Dice) -> Entry {
    Entry {
        id: EntryId(id),
        list: ListId(dice.roll(7)),
        product: ProductId(dice.roll(PRODUCTS)),
        unit: code(dice.of(&UNITS)),
        currency: currency(dice),
        min_quantity: if dice.one_in(3) { Quantity::ZERO } else { quantity(dice) },
        unit_price: amount(dice),
        per: per(dice),
        times: dice.times(),
    }
}

fn per(dice: &mut Dice) -> Per {
    Per::new(dice.of(&[1, 1, 1, 10, 100, 1000])).expect("not zero")
}

fn contract_line(id: i64, dice: &mut Dice) -> ContractLine {
    ContractLine { id: ContractLineId(id), contract: ContractId(dice.roll(7)), terms: terms(false, dice), times: dice.times() }
}

fn terms(promotion: bool, dice: &mut Dice) -> Terms {
    let kind = match dice.roll(if promotion { 3 } else { 4 }) {
        0 => Kind::Fixed,
        1 => Kind::PercentOff,
        2 => Kind::AmountOff,
        _ => Kind::CostPlus,
    };
    let scope = dice.of(&[Scope::Sku, Scope::Sku, Scope::Group, Scope::Period]);
    let scope = if promotion && scope == Scope::Period { Scope::Group } else { scope };
    let value = |dice: &mut Dice| match kind {
        Kind::Fixed | Kind::AmountOff => amount(dice),
        Kind::PercentOff | Kind::CostPlus => dice.of(&["0", "7.5", "33.333333", "50", "100", "150"]).parse().expect("a decimal"),
    };
    let mut breaks: Vec<Break> = (0..dice.roll(4)).map(|_| Break { threshold: quantity(dice), value: value(dice) }).collect();
    breaks.sort_by_key(|step| step.threshold);
    breaks.dedup_by_key(|step| step.threshold);
    let target = match dice.roll(7) {
        0 => Target::Everything,
        1 => Target::Brand(BrandId(dice.roll(2))),
        2 | 3 => Target::Category(CategoryId(dice.roll(3) * 10 + dice.roll(2))),
        _ => Target::Sku(ProductId(dice.roll(PRODUCTS))),
    };
    Terms {
        target,
        kind,
        unit: dice.of(&[None, None, Some("EA"), Some("MTR"), Some("BX"), Some("INH")]).map(code),
        per: per(dice),
        scope,
        value: (breaks.is_empty() || dice.one_in(2)).then(|| value(dice)),
        breaks,
    }
}

fn basket_line(dice: &mut Dice) -> RequestLine {
    let quantity = match dice.roll(40) {
        0 => Quantity::ZERO,
        1 => Quantity::from_micros(-1_000_000),
        _ => quantity(dice),
    };
    let unknown = u32::from(dice.one_in(20));
    RequestLine { product: ProductId(dice.roll(PRODUCTS + unknown)), quantity, unit: code(dice.of(&UNITS)) }
}
