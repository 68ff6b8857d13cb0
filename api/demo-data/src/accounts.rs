//! The customers: 200 companies in trees with sites and people, the seller's own staff, and machine clients.

use super::Demo;
use super::industry::{GROUPS, INDUSTRIES};
use super::model::{Account, BuyerRole, MachineClient, ONE, PartNumber, Person, SellerRole, Site};
use super::places::{COUNTRIES, Country, FIRST_NAMES, HOUSES, LAST_NAMES};
use super::rng::{Rng, hash};

/// How many customer companies there are.
pub(super) const COMPANIES: usize = 200;
/// How many of them, from the first, belong to a group of companies, and how many such groups there are.
const IN_TREES: usize = 84;
const TREES: usize = 14;

/// What is decided about a customer before anything is derived from it.
pub(super) struct Company {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) parent: Option<usize>,
    pub(super) industry: usize,
    pub(super) country: &'static Country,
    /// 0 small, 1 medium, 2 large.
    pub(super) size: usize,
    domain: String,
}

const BUYER_SCOPES: &[&str] = &[
    "products:read",
    "prices:read",
    "stock:read",
    "carts:read",
    "carts:write",
    "quotes:read",
    "quotes:write",
    "orders:read",
    "orders:write",
    "shipments:read",
    "invoices:read",
    "events:read",
];
const SELLER_SCOPES: &[&str] = &[
    "products:read",
    "products:write",
    "prices:read",
    "prices:write",
    "stock:read",
    "stock:write",
    "accounts:read",
    "accounts:write",
    "orders:read",
    "orders:write",
    "shipments:read",
    "shipments:write",
    "invoices:read",
    "payments:write",
    "carts:read",
    "carts:write",
    "quotes:read",
    "quotes:write",
    "holds:write",
    "users:write",
    "events:read",
    "imports:write",
];

/// All customers: six to a tree (a holding, three subsidiaries, two below the first of these), then single ones.
pub(super) fn companies(seed: u64) -> Vec<Company> {
    let per_tree = IN_TREES / TREES;
    let mut companies: Vec<Company> = Vec::with_capacity(COMPANIES);
    for number in 0..COMPANIES {
        let mut rng = Rng::new(&[seed, 20, number as u64]);
        let (root, within) = (number / per_tree * per_tree, number % per_tree);
        let company = match within {
            _ if number >= IN_TREES => single(number, &mut rng),
            0 => holding(number, number / per_tree),
            1..4 => subsidiary(number, root, &companies[root], &mut rng),
            _ => subsidiary(number, root + 1, &companies[root], &mut rng),
        };
        let is_taken = companies.iter().any(|other| other.name == company.name);
        let name = if is_taken { format!("{} {}", company.name, number + 1) } else { company.name };
        companies.push(Company { name, ..company });
    }
    companies
}

/// The top of a tree; industries and the three largest countries take turns.
fn holding(number: usize, tree: usize) -> Company {
    let country = &COUNTRIES[tree % 3];
    let name = format!("{} Holding {}", house(number), country.legal_form);
    company(number, name, None, tree % INDUSTRIES.len(), country, 2)
}

/// Shares the house name and the trade of its holding; some are abroad.
fn subsidiary(number: usize, parent: usize, top: &Company, rng: &mut Rng) -> Company {
    let country = if rng.chance(500) { top.country } else { any_country(rng) };
    let house = top.name.split(' ').next().unwrap_or_default();
    let (word, city) = (rng.pick(INDUSTRIES[top.industry].words), rng.pick(country.cities));
    let name = format!("{house} {word} {city} {}", country.legal_form);
    company(number, name, Some(parent), top.industry, country, any_size(rng))
}

fn single(number: usize, rng: &mut Rng) -> Company {
    let country = any_country(rng);
    let industry = rng.below(INDUSTRIES.len() as u64) as usize;
    let (last, word) = (*rng.pick(LAST_NAMES), rng.pick(INDUSTRIES[industry].words));
    let first = if rng.chance(500) { house(number) } else { last };
    let name = format!("{first} {word} {}", country.legal_form);
    company(number, name, None, industry, country, any_size(rng))
}

fn company(
    number: usize,
    name: String,
    parent: Option<usize>,
    industry: usize,
    country: &'static Country,
    size: usize,
) -> Company {
    let code = format!("C{:05}", 10_010 + number * 10);
    let first = name.split(' ').next().unwrap_or_default();
    let domain = format!("{}-{}.example", slug(first), slug(&code));
    Company { code, name, parent, industry, country, size, domain }
}

fn house(number: usize) -> &'static str {
    HOUSES[number * 7 % HOUSES.len()]
}

fn any_country(rng: &mut Rng) -> &'static Country {
    &COUNTRIES[rng.weighted(COUNTRIES.iter().map(|country| country.weight))]
}

/// Half of the customers are small, few are large.
fn any_size(rng: &mut Rng) -> usize {
    rng.weighted([50, 35, 15].into_iter())
}

impl Demo {
    /// The customer groups price lists are made for.
    #[cfg(test)]
    pub fn groups() -> Vec<super::model::Group> {
        GROUPS.iter().map(|group| super::model::Group { code: group.code, name: group.name }).collect()
    }

    /// All customers, parents first.
    pub fn accounts(&self) -> Vec<Account> {
        (0..COMPANIES).map(|number| self.account(number)).collect()
    }

    /// The distributor's own staff: two for each role, one administrator.
    pub fn seller_people(&self) -> Vec<Person<SellerRole>> {
        let roles = [
            (SellerRole::Admin, "admin"),
            (SellerRole::Catalog, "catalog"),
            (SellerRole::Pricing, "pricing"),
            (SellerRole::Sales, "sales"),
            (SellerRole::Warehouse, "warehouse"),
            (SellerRole::Finance, "finance"),
        ];
        let mut rng = Rng::new(&[self.settings.seed, 21]);
        let mut people = Vec::with_capacity(11);
        for (role, desk) in roles {
            let count = if role == SellerRole::Admin { 1 } else { 2 };
            for number in 1..=count {
                let name = format!("{} {}", rng.pick(FIRST_NAMES), rng.pick(LAST_NAMES));
                let suffix = if number == 1 { String::new() } else { number.to_string() };
                people.push(Person { name, email: format!("{desk}{suffix}@bulkhead.example"), role });
            }
        }
        people
    }

    /// ERP systems of the first three groups of companies and the distributor's own integration.
    pub fn machine_clients(&self) -> Vec<MachineClient> {
        let mut clients: Vec<MachineClient> = (0..3)
            .map(|tree| {
                let company = &self.companies[tree * IN_TREES / TREES];
                MachineClient {
                    name: format!("{} ERP", company.name),
                    account_code: Some(company.code.clone()),
                    scopes: BUYER_SCOPES,
                }
            })
            .collect();
        clients.push(MachineClient {
            name: "Warehouse and catalogue integration".into(),
            account_code: None,
            scopes: SELLER_SCOPES,
        });
        clients
    }

    /// The sites of a customer: more for larger ones.
    pub(super) fn sites(&self, number: usize) -> Vec<Site> {
        let company = &self.companies[number];
        let mut rng = Rng::new(&[self.settings.seed, 22, number as u64]);
        let count = 1 + company.size + rng.below(2 + company.size as u64) as usize;
        let kinds = ["Head office", "Plant", "Warehouse", "Workshop", "Branch", "Construction site", "Service centre"];
        (0..count)
            .map(|at| {
                let city = *rng.pick(company.country.cities);
                Site {
                    code: format!("S{:02}", at + 1),
                    name: format!("{} {city}", kinds[at.min(kinds.len() - 1)]),
                    street: format!("{} {}", rng.pick(company.country.streets), rng.between(1, 180)),
                    postcode: postcode(company.country.code, &mut rng),
                    city,
                    country: company.country.code,
                }
            })
            .collect()
    }

    /// The people of a customer: an administrator, buyers, someone who only looks.
    pub(super) fn people(&self, number: usize) -> Vec<Person<BuyerRole>> {
        let company = &self.companies[number];
        let mut rng = Rng::new(&[self.settings.seed, 23, number as u64]);
        let mut roles = vec![BuyerRole::AccountAdmin];
        roles.extend(std::iter::repeat_n(BuyerRole::Buyer, 1 + company.size * 2 + rng.below(2) as usize));
        if company.size > 0 || rng.chance(400) {
            roles.push(BuyerRole::Viewer);
        }
        let mut people: Vec<Person<BuyerRole>> = Vec::with_capacity(roles.len());
        for role in roles {
            let (first, last) = (*rng.pick(FIRST_NAMES), *rng.pick(LAST_NAMES));
            let local = format!("{}.{}", slug(first), slug(last));
            let namesakes = people.iter().filter(|other| other.name == format!("{first} {last}")).count();
            let number = if namesakes > 0 { (namesakes + 1).to_string() } else { String::new() };
            people.push(Person { name: format!("{first} {last}"), email: format!("{local}{number}@{}", company.domain), role });
        }
        people
    }

    fn account(&self, number: usize) -> Account {
        let company = &self.companies[number];
        let industry = &INDUSTRIES[company.industry];
        let mut rng = Rng::new(&[self.settings.seed, 24, number as u64]);
        let credit = [2_000, 10_000, 50_000][company.size] * rng.between(4, 20) / 4 / 1_000 * 1_000;
        let terms = match company.size {
            0 => [("NET30", 60), ("PREPAID", 25), ("2-10-NET30", 15)],
            1 => [("NET30", 55), ("2-10-NET30", 25), ("EOM30", 20)],
            _ => [("EOM30", 50), ("NET30", 25), ("2-10-NET30", 25)],
        };
        let (terms, _) = terms[rng.weighted(terms.iter().map(|(_, weight)| *weight))];
        Account {
            code: company.code.clone(),
            name: company.name.clone(),
            parent_code: company.parent.map(|parent| self.companies[parent].code.clone()),
            group_code: GROUPS[industry.group].code,
            industry: industry.name,
            country: company.country.code,
            currency: company.country.currency,
            vat_number: format!("{}{:09}", company.country.code, rng.below(1_000_000_000)),
            credit_limit: if terms == "PREPAID" { 0 } else { credit * ONE },
            terms,
            sites: self.sites(number),
            people: self.people(number),
            part_numbers: self.part_numbers(number),
        }
    }

    /// Larger customers have numbers of their own for what they buy: in their own style, unique within the account.
    fn part_numbers(&self, number: usize) -> Vec<PartNumber> {
        let company = &self.companies[number];
        if company.size == 0 {
            return Vec::new();
        }
        let style = hash(&[self.settings.seed, 25, number as u64]) % 3;
        let first = 1000 + hash(&[self.settings.seed, 26, number as u64]) % 5000;
        self.assortment(number)
            .iter()
            .enumerate()
            .map(|(at, stocked)| {
                let running = first + at as u64 * 7;
                let number = match style {
                    0 => format!("{:08}", 40_000_000 + running),
                    1 => format!("MAT-{running:06}"),
                    _ => format!("{}.{:03}.{:03}", company.code.trim_start_matches('C'), running / 1000, running % 1000),
                };
                PartNumber { number, item: stocked.item }
            })
            .collect()
    }
}

/// The ASCII letters and digits of a name in lower case.
fn slug(name: &str) -> String {
    name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

fn postcode(country: &str, rng: &mut Rng) -> String {
    let letter = |rng: &mut Rng| char::from(b'A' + rng.below(26) as u8);
    match country {
        "GB" => {
            format!("{}{}{} {}{}{}", letter(rng), letter(rng), rng.between(1, 29), rng.between(1, 9), letter(rng), letter(rng))
        }
        "NL" => format!("{} {}{}", rng.between(1000, 9899), letter(rng), letter(rng)),
        "AT" | "BE" | "DK" => rng.between(1000, 9899).to_string(),
        "PL" => format!("{:02}-{:03}", rng.between(10, 99), rng.between(1, 999)),
        "SE" => format!("{} {:02}", rng.between(100, 984), rng.between(1, 99)),
        _ => format!("{:05}", rng.between(10_000, 97_000)),
    }
}
