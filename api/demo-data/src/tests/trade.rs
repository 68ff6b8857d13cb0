//! Prices, stock, customers, deals and orders.

use std::collections::{HashMap, HashSet};

use super::super::model::{Audience, BuyerRole, Item, Lifecycle, ONE, PriceEntry, Product, Target};
use super::super::{Day, Demo};
use super::demo;

#[test]
fn every_currency_price_starts_at_the_smallest_order_and_falls() {
    let demo = demo(10_000);
    let lists = demo.price_lists();
    let mut groups: HashMap<(u16, Item, &str, Day), Vec<PriceEntry>> = HashMap::new();
    for entry in demo.price_entries() {
        assert!(usize::from(entry.list) < lists.len());
        assert!(entry.unit_price > 0 && entry.valid_until.is_none_or(|until| until > entry.valid_from));
        groups.entry((entry.list, entry.item, entry.unit, entry.valid_from)).or_default().push(entry);
    }
    for entries in groups.values() {
        for pair in entries.windows(2) {
            assert!(pair[0].min_quantity < pair[1].min_quantity && pair[0].unit_price >= pair[1].unit_price, "{pair:?}");
        }
    }
    let today = demo.settings.today;
    for product in demo.products().filter(|product| product.lifecycle != Lifecycle::Draft) {
        let first = demo
            .price_entries_of(product.item)
            .into_iter()
            .find(|entry| entry.list == 0 && entry.valid_from <= today && entry.valid_until.is_none_or(|until| until > today));
        let first = first.expect("every product that is not a draft has a list price");
        assert_eq!((first.unit, first.min_quantity), (product.stock_unit, product.min_quantity));
        assert_eq!(first.unit_price, product.list_price * i64::from(first.per), "{}", product.sku);
    }
}

#[test]
fn stock_and_supply_keep_the_packs_and_the_calendar() {
    let demo = demo(10_000);
    let warehouses: Vec<&str> = demo.warehouses().iter().map(|warehouse| warehouse.code).collect();
    let mut empty = 0;
    for level in demo.stock() {
        let multiple = demo.product(level.item).multiple;
        assert!(warehouses.contains(&level.warehouse) && level.on_hand >= 0 && level.safety >= 0);
        assert!(level.on_hand % multiple == 0 && level.safety % multiple == 0);
        empty += u32::from(level.on_hand == 0);
    }
    assert!((300..2_500).contains(&empty), "{empty}");
    for delivery in demo.inbound() {
        assert!(delivery.quantity > 0 && delivery.quantity % demo.product(delivery.item).multiple == 0);
        assert!(delivery.expected_on > demo.settings.today && delivery.expected_on.weekday() < 5);
    }
}

#[test]
fn accounts_form_trees_with_people_who_can_order() {
    let demo = demo(1_000);
    let accounts = demo.accounts();
    assert_eq!(accounts.len(), 200);
    let (mut codes, mut names) = (HashSet::new(), HashSet::new());
    let mut emails: HashSet<String> = demo.seller_people().into_iter().map(|person| person.email).collect();
    let groups = Demo::groups();
    for account in &accounts {
        assert!(account.parent_code.as_ref().is_none_or(|parent| codes.contains(parent)), "parents come first");
        assert!(codes.insert(account.code.clone()));
        assert!(groups.iter().any(|group| group.code == account.group_code) && !account.sites.is_empty());
        assert!(account.people.iter().any(|person| person.role == BuyerRole::Buyer));
        assert!(account.people.iter().all(|person| emails.insert(person.email.clone())));
        assert!(names.insert(account.name.clone()), "{}", account.name);
        let numbers: HashSet<&str> = account.part_numbers.iter().map(|part| part.number.as_str()).collect();
        assert_eq!(numbers.len(), account.part_numbers.len());
        assert!(account.part_numbers.iter().all(|part| part.item < demo.product_count()));
    }
    let countries: HashSet<&str> = accounts.iter().map(|account| account.country).collect();
    assert!(countries.len() >= 8 && accounts.iter().filter(|account| account.parent_code.is_some()).count() > 50);
    assert!(demo.machine_clients().iter().all(|client| { client.account_code.as_ref().is_none_or(|code| codes.contains(code)) }));
}

#[test]
fn deals_target_what_exists() {
    let demo = demo(1_000);
    let accounts: HashMap<String, &str> = demo.accounts().into_iter().map(|account| (account.code, account.currency)).collect();
    let categories: HashSet<&str> = Demo::categories().iter().map(|category| category.code).collect();
    let brands: HashSet<&str> = Demo::brands().collect();
    let groups: HashSet<&str> = Demo::groups().iter().map(|group| group.code).collect();
    let contracts = demo.contracts();
    let codes: HashSet<&str> = contracts.iter().map(|contract| contract.code.as_str()).collect();
    assert_eq!(codes.len(), contracts.len());
    for contract in &contracts {
        assert_eq!(accounts.get(&contract.account_code), Some(&contract.currency));
        assert!(!contract.lines.is_empty() && contract.valid_until.is_none_or(|until| until > contract.valid_from));
    }
    let promotions = demo.promotions();
    let audiences = demo
        .price_lists()
        .into_iter()
        .map(|list| list.audience)
        .chain(promotions.iter().map(|promotion| promotion.audience.clone()));
    for audience in audiences {
        assert!(match audience {
            Audience::Everyone => true,
            Audience::Group(code) => groups.contains(code),
            Audience::Account(code) => accounts.get(&code) == Some(&"EUR"),
        });
    }
    for line in
        contracts.iter().flat_map(|contract| &contract.lines).chain(promotions.iter().flat_map(|promotion| &promotion.lines))
    {
        assert!(line.breaks.windows(2).all(|pair| pair[0].min_quantity < pair[1].min_quantity) && !line.breaks.is_empty());
        assert!(match &line.target {
            Target::Item(item) => line.unit == Some(demo.product(*item).stock_unit),
            Target::Category(code) => categories.contains(code),
            Target::Brand(name) => brands.contains(name),
            Target::Everything => true,
        });
    }
}

#[test]
fn past_orders_keep_the_order_rules() {
    for skus in [100, 10_000] {
        let demo = demo(skus);
        let accounts: HashMap<String, _> = demo.accounts().into_iter().map(|account| (account.code.clone(), account)).collect();
        let mut po_numbers = HashSet::new();
        let today = demo.settings.today;
        let mut products: HashMap<Item, Product> = HashMap::new();
        for order in demo.past_orders() {
            let account = &accounts[&order.account_code];
            assert!(account.sites.iter().any(|site| site.code == order.ship_to));
            assert!(account.people.iter().any(|person| person.email == order.placed_by));
            assert!(order.placed_on < today && order.placed_on >= today.plus(-365) && order.placed_on.weekday() < 5);
            assert!(po_numbers.insert((order.account_code.clone(), order.po_number.clone())), "{order:?}");
            assert!(!order.lines.is_empty());
            let mut items = HashSet::new();
            for line in &order.lines {
                assert!(items.insert(line.item));
                let product = products.entry(line.item).or_insert_with(|| demo.product(line.item));
                assert!(matches!(product.lifecycle, Lifecycle::Active | Lifecycle::PhaseOut));
                assert!(demo.is_priced_in(line.item, account.currency));
                check_quantity(product, line.quantity, line.unit);
            }
        }
        assert!(po_numbers.len() > 3_000);
    }
}

fn check_quantity(product: &Product, quantity: i64, unit: &str) {
    let stocked = if unit == product.stock_unit {
        quantity
    } else {
        let unit = product.units.iter().find(|other| other.code == unit).expect("a unit of the product");
        assert_eq!(quantity % ONE, 0, "packs are whole");
        quantity * unit.numerator / unit.denominator
    };
    assert!(stocked >= product.min_quantity && stocked % product.multiple == 0, "{} {stocked}", product.sku);
    assert!(product.max_quantity.is_none_or(|max| stocked <= max), "{} {stocked}", product.sku);
}

#[test]
fn customers_buy_what_their_trade_needs_again_and_again() {
    let demo = demo(10_000);
    let trades: HashMap<String, &str> = demo.accounts().into_iter().map(|account| (account.code, account.industry)).collect();
    let mut roots: HashMap<(&str, &'static str), u32> = HashMap::new();
    let mut repeats: HashMap<(String, Item), u32> = HashMap::new();
    for order in demo.past_orders() {
        for line in &order.lines {
            let root = demo.product(line.item).category_code.split_at(3).0;
            *roots.entry((trades[&order.account_code], root)).or_default() += 1;
            *repeats.entry((order.account_code.clone(), line.item)).or_default() += 1;
        }
    }
    let lines = |trade, root| roots.get(&(trade, root)).copied().unwrap_or(0);
    assert!(lines("HVAC contractor", "PIP") > 5 * lines("HVAC contractor", "TOL"));
    assert!(lines("machine builder", "FAS") > lines("machine builder", "PIP"));
    assert!(lines("electrical contractor", "ELE") > 5 * lines("electrical contractor", "PMP"));
    let again = repeats.values().filter(|times| **times > 2).count();
    assert!(again * 3 > repeats.len(), "{again} of {}", repeats.len());
}
