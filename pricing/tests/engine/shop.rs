//! A small shop to write cases in: sensible defaults, one call per row, prices as text.

use pricing::{
    AccountId, AccountVersion, Amount, Assignment, Audience, BrandId, Break, CategoryAt, CategoryId, ContractId, ContractLine,
    ContractLineId, ContractStatus, ContractVersion, Entry, EntryId, ExplainedLine, Factor, GroupId, Instant, Kind, LineError,
    LinePrice, ListId, ListVersion, MixGroupId, Mode, Per, PeriodQuantity, PriceBook, PriceRequest, ProductId, ProductMoney,
    ProductUnit, ProductVersion, Promotion, PromotionId, Quantity, RequestLine, Scope, Target, Terms, Times, Viewer, explain,
    price,
};

pub(crate) const NOW: Instant = Instant::from_micros(1_000);
pub(crate) const EXCLUSIVE: Mode = Mode::Exclusive;
pub(crate) const BEST_OF: Mode = Mode::BestOf;

pub(crate) fn amount(text: &str) -> Amount {
    text.parse().expect("a decimal")
}

pub(crate) fn quantity(text: &str) -> Quantity {
    text.parse().expect("a decimal")
}

pub(crate) fn sku(id: u32) -> Target {
    Target::Sku(ProductId(id))
}

pub(crate) fn since(instant: i64) -> Times {
    Times::since(Instant::from_micros(instant))
}

pub(crate) fn valid(from: i64, until: i64) -> Times {
    let (from, until) = (Instant::from_micros(from), Instant::from_micros(until));
    Times { valid_from: Some(from), valid_until: Some(until), ..since(0) }
}

/// The terms of a line: `terms(sku(1), Kind::Fixed, "9.5")`, changed by the methods of [`With`].
pub(crate) fn terms(target: Target, kind: Kind, value: &str) -> Terms {
    let value = Some(amount(value));
    Terms { target, kind, unit: None, per: Per::ONE, scope: Scope::Sku, value, breaks: Vec::new() }
}

/// Changes to terms.
pub(crate) trait With {
    fn unit(self, unit: &str) -> Self;
    fn per(self, per: u32) -> Self;
    fn scope(self, scope: Scope) -> Self;
    fn step(self, threshold: &str, value: &str) -> Self;
    fn from(self, threshold: &str) -> Self;
}

impl With for Terms {
    fn unit(self, unit: &str) -> Self {
        Self { unit: Some(unit.parse().expect("a unit code")), ..self }
    }

    fn per(self, per: u32) -> Self {
        Self { per: Per::new(per).expect("not zero"), ..self }
    }

    fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    fn step(mut self, threshold: &str, value: &str) -> Self {
        self.breaks.push(Break { threshold: quantity(threshold), value: amount(value) });
        self
    }

    /// Lets the value apply from a threshold only.
    fn from(mut self, threshold: &str) -> Self {
        let value = self.value.take().expect("a value");
        self.breaks.push(Break { threshold: quantity(threshold), value });
        self
    }
}

/// Products 1 to 3 in units EA (stock) and BX (product 1: 30, 2: 12, 3: none) and MET (2/3, product 1 only). Products
/// 1 and 2 are in mix group 1, brand 1, category 1 under category 0. Account 1 is the parent of 2, which is the parent
/// of 3. Account 2 is in group 1. Lists: 1 of account 1, 2 of account 2, 3 of group 1, 4 and 5 of everybody.
pub(crate) struct Shop {
    pub(crate) book: PriceBook,
    pub(crate) account: Option<AccountId>,
    pub(crate) at: Instant,
    pub(crate) as_of: Instant,
    pub(crate) currency: &'static str,
    pub(crate) coupons: Vec<String>,
    pub(crate) periods: Vec<PeriodQuantity>,
    next: i64,
}

impl Shop {
    pub(crate) fn open() -> Self {
        let mut shop = Self {
            book: PriceBook::new(),
            account: Some(AccountId(2)),
            at: NOW,
            as_of: NOW,
            currency: "EUR",
            coupons: Vec::new(),
            periods: Vec::new(),
            next: 0,
        };
        (1..=3).for_each(|id| shop.product(id, None, None));
        let account = |id: u32, parent: Option<u32>, group: Option<u32>| AccountVersion {
            id: AccountId(id),
            recorded_at: Instant::from_micros(0),
            parent: parent.map(AccountId),
            group: group.map(GroupId),
        };
        for version in [account(1, None, None), account(2, Some(1), Some(1)), account(3, Some(2), None)] {
            shop.book.put_account(&version).expect("sound");
        }
        let owners = [
            Assignment::Account(AccountId(1)),
            Assignment::Account(AccountId(2)),
            Assignment::Group(GroupId(1)),
            Assignment::Default,
            Assignment::Default,
        ];
        for (id, owner) in (1..).zip(owners) {
            let assigned = vec![owner];
            let version = ListVersion { id: ListId(id), recorded_at: Instant::from_micros(0), code: format!("L{id}"), assigned };
            shop.book.put_list(&version).expect("sound");
        }
        shop
    }

    pub(crate) fn product(&mut self, id: u32, cost: Option<&str>, floor: Option<&str>) {
        let unit = |code: &str, numerator, denominator, multiple: Option<&str>| ProductUnit {
            code: code.parse().expect("a unit code"),
            factor: Factor::new(numerator, denominator).expect("positive"),
            order_multiple: multiple.map(quantity),
        };
        let units = match id {
            1 => vec![unit("BX", 30, 1, Some("1")), unit("MET", 2, 3, None), unit("EA", 1, 1, Some("5"))],
            2 => vec![unit("BX", 12, 1, None)],
            _ => vec![],
        };
        let grouped = id < 3;
        let category = |id, depth| CategoryAt { id: CategoryId(id), depth };
        let version = ProductVersion {
            id: ProductId(id),
            recorded_at: Instant::from_micros(self.next),
            categories: if grouped { vec![category(0, 0), category(1, 1)] } else { vec![category(0, 0)] },
            brand: grouped.then_some(BrandId(1)),
            mix_group: grouped.then_some(MixGroupId(1)),
            stock_unit: "EA".parse().expect("a unit code"),
            units,
            money: vec![ProductMoney {
                currency: "EUR".parse().expect("listed"),
                cost: cost.map(amount),
                floor: floor.map(amount),
            }],
        };
        self.book.put_product(&version).expect("sound");
        self.next += 1;
    }

    pub(crate) fn entry(&mut self, list: u32, product: u32, unit: &str, from: &str, price: &str) -> &mut Self {
        self.timed_entry(list, product, unit, from, price, since(0))
    }

    pub(crate) fn timed_entry(
        &mut self,
        list: u32,
        product: u32,
        unit: &str,
        from: &str,
        price: &str,
        times: Times,
    ) -> &mut Self {
        let (price, per) = price.split_once('/').unwrap_or((price, "1"));
        let entry = Entry {
            id: EntryId(self.next_id()),
            list: ListId(list),
            product: ProductId(product),
            unit: unit.parse().expect("a unit code"),
            currency: self.currency.parse().expect("listed"),
            min_quantity: quantity(from),
            unit_price: amount(price),
            per: Per::new(per.parse().expect("a number")).expect("not zero"),
            times,
        };
        self.book.put_entry(&entry).expect("sound");
        self
    }

    /// A contract with its lines; its handle is its code's number.
    pub(crate) fn contract(&mut self, code: u32, account: u32, mode: Mode, lines: Vec<Terms>) -> &mut Self {
        self.timed_contract(code, account, mode, lines, since(0))
    }

    pub(crate) fn timed_contract(&mut self, code: u32, account: u32, mode: Mode, lines: Vec<Terms>, times: Times) -> &mut Self {
        let header = ContractVersion {
            id: ContractId(code),
            version: self.next_id(),
            code: format!("C{code}"),
            account: AccountId(account),
            currency: self.currency.parse().expect("listed"),
            mode,
            status: ContractStatus::Active,
            times,
        };
        self.book.put_contract(&header).expect("sound");
        for terms in lines {
            let line = ContractLine { id: ContractLineId(self.next_id()), contract: ContractId(code), terms, times: since(0) };
            self.book.put_contract_line(&line).expect("sound");
        }
        self
    }

    pub(crate) fn promotion(&mut self, code: u32, audience: Audience, lines: Vec<Terms>) -> &mut Self {
        self.coupon_promotion(code, audience, None, lines)
    }

    pub(crate) fn coupon_promotion(
        &mut self,
        code: u32,
        audience: Audience,
        coupon: Option<&str>,
        lines: Vec<Terms>,
    ) -> &mut Self {
        self.timed_promotion(code, audience, coupon, lines, since(0))
    }

    pub(crate) fn timed_promotion(
        &mut self,
        code: u32,
        audience: Audience,
        coupon: Option<&str>,
        lines: Vec<Terms>,
        times: Times,
    ) -> &mut Self {
        let promotion = Promotion {
            id: PromotionId(code),
            version: 1,
            code: format!("P{code}"),
            audience,
            coupon: coupon.map(str::to_owned),
            currency: Some(self.currency.parse().expect("listed")),
            lines,
            times,
        };
        self.book.put_promotion(&promotion).expect("sound");
        self
    }

    /// The last handle given out.
    pub(crate) fn last_id(&self) -> i64 {
        self.next
    }

    pub(crate) fn prices(&self, lines: &[(u32, &str, &str)]) -> Vec<Result<LinePrice, LineError>> {
        let lines = basket(lines);
        price(&self.book, &self.request(&lines)).lines
    }

    /// The unit price of the first line as text: `9.5`, `12/100`, or the code of the refusal.
    pub(crate) fn price(&self, lines: &[(u32, &str, &str)]) -> String {
        match self.prices(lines)[0] {
            Ok(price) if price.per == Per::ONE => price.unit_price.to_string(),
            Ok(price) => format!("{}/{}", price.unit_price, price.per.get()),
            Err(error) => error.code().to_owned(),
        }
    }

    pub(crate) fn explain(&self, viewer: Viewer, lines: &[(u32, &str, &str)]) -> ExplainedLine {
        let lines = basket(lines);
        explain(&self.book, &self.request(&lines), viewer).lines.swap_remove(0)
    }

    pub(crate) fn request<'a>(&'a self, lines: &'a [RequestLine]) -> PriceRequest<'a> {
        PriceRequest {
            account: self.account,
            currency: self.currency.parse().expect("listed"),
            at: self.at,
            as_of: self.as_of,
            coupons: &self.coupons,
            lines,
            period_quantities: &self.periods,
        }
    }

    fn next_id(&mut self) -> i64 {
        self.next += 1;
        self.next
    }
}

pub(crate) fn basket(lines: &[(u32, &str, &str)]) -> Vec<RequestLine> {
    let line = |(product, asked, unit): &(u32, &str, &str)| RequestLine {
        product: ProductId(*product),
        quantity: quantity(asked),
        unit: unit.parse().expect("a unit code"),
    };
    lines.iter().map(line).collect()
}
