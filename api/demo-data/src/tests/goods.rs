//! Products and their relations.

use std::collections::{HashMap, HashSet};

use super::super::model::{AttributeValue, Item, Lifecycle, ONE, Product, RelationKind, Settings};
use super::super::{Day, Demo, SkusOutOfRange};
use super::demo;

#[test]
fn the_number_of_products_is_exact_and_has_limits() {
    for skus in [100, 101, 999, 10_000, 1_000_000] {
        assert_eq!(demo(skus).product_count(), skus);
    }
    let today = Day::new(2026, 1, 1);
    for skus in [0, 99, 1_000_001, u32::MAX] {
        assert_eq!(Demo::new(Settings { seed: 1, skus, today }).err(), Some(SkusOutOfRange(skus)));
    }
}

fn has_right_check_digit(gtin: &str) -> bool {
    let digits: Vec<u32> = gtin.chars().filter_map(|letter| letter.to_digit(10)).collect();
    let weighted = digits.iter().rev().enumerate().map(|(at, digit)| digit * if at % 2 == 1 { 3 } else { 1 });
    digits.len() == gtin.len() && weighted.sum::<u32>().is_multiple_of(10)
}

fn check_identifiers(skus: u32) {
    let demo = demo(skus);
    let (mut seen, mut gtins, mut mpns) = (HashSet::new(), HashSet::new(), HashSet::new());
    let categories: HashSet<&str> = Demo::categories().iter().map(|category| category.code).collect();
    let brands: HashSet<&str> = Demo::brands().collect();
    for (at, product) in demo.products().enumerate() {
        assert_eq!(product.item as usize, at);
        assert_eq!(demo.sku(product.item), product.sku);
        assert!(
            product.sku.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-.".contains(&byte)),
            "{}",
            product.sku
        );
        assert!(has_right_check_digit(&product.gtin) && product.gtin.len() == 13, "{product:?}");
        for gtin in product.units.iter().filter_map(|unit| unit.gtin.as_ref()) {
            assert!(has_right_check_digit(gtin) && gtin.len() == 14, "{product:?}");
            assert!(gtins.insert(gtin.clone()), "{gtin}");
        }
        assert!(categories.contains(product.category_code) && brands.contains(product.brand), "{product:?}");
        assert!(mpns.insert((product.brand, product.mpn.clone())), "{product:?}");
        assert!(gtins.insert(product.gtin), "{}", product.sku);
        assert!(seen.insert(product.sku.clone()), "{}", product.sku);
    }
}

#[test]
fn identifiers_are_unique_and_right_in_a_usual_catalogue() {
    check_identifiers(100);
    check_identifiers(10_000);
}

#[test]
fn identifiers_are_unique_and_right_in_a_large_catalogue() {
    check_identifiers(200_000);
}

#[test]
fn identifiers_are_unique_and_right_in_the_largest_catalogue() {
    check_identifiers(1_000_000);
}

#[test]
fn products_have_sane_rules_and_prices() {
    for product in demo(10_000).products() {
        assert!(product.cost > 0 && product.cost < product.floor && product.floor < product.list_price, "{product:?}");
        assert!(product.multiple > 0 && product.min_quantity % product.multiple == 0, "{product:?}");
        assert!(product.max_quantity.is_none_or(|max| max % product.multiple == 0 && max >= product.min_quantity));
        assert!(product.fractional || product.multiple % ONE == 0, "{product:?}");
        assert!(product.units.iter().all(|unit| unit.numerator > 0 && unit.denominator > 0 && unit.code != product.stock_unit));
        let mut names: Vec<&str> = product.attributes.iter().map(|attribute| attribute.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{product:?}");
    }
}

#[test]
fn lifecycle_is_mostly_active_and_what_ends_has_an_active_successor() {
    let demo = demo(20_000);
    let mut counts: HashMap<Lifecycle, u32> = HashMap::new();
    for product in demo.products() {
        *counts.entry(product.lifecycle).or_default() += 1;
        if let Some(successor) = product.successor {
            assert_eq!(demo.product(successor).lifecycle, Lifecycle::Active);
            assert_eq!(demo.product(successor).category_code, product.category_code);
        }
        assert!(product.lifecycle != Lifecycle::Discontinued || product.successor.is_some());
    }
    let gone = counts[&Lifecycle::Draft] + counts[&Lifecycle::Discontinued];
    assert!((160..=440).contains(&gone), "1 to 2 percent of 20,000, not {gone}");
}

#[test]
fn relations_resolve_are_bounded_and_make_sense() {
    for skus in [100, 10_000] {
        let demo = demo(skus);
        let mut per_item: HashMap<Item, Vec<(RelationKind, Item)>> = HashMap::new();
        for relation in demo.relations() {
            assert!(relation.target < skus && relation.target != relation.item && relation.quantity > 0);
            per_item.entry(relation.item).or_default().push((relation.kind, relation.target));
        }
        assert!(per_item.values().all(|relations| relations.len() <= 12));
        for pump in demo.products().filter(|product| product.keywords.contains(&"pump")) {
            check_spares(&demo, &pump, &per_item[&pump.item]);
        }
    }
}

fn check_spares(demo: &Demo, pump: &Product, relations: &[(RelationKind, Item)]) {
    for part in ["Gasket kit", "Mechanical seal"] {
        let required = relations.iter().filter(|(kind, _)| *kind == RelationKind::Required);
        let spare = required.map(|(_, target)| demo.product(*target)).find(|target| target.title.starts_with(part));
        let spare = spare.unwrap_or_else(|| panic!("{} lacks its {part}", pump.sku));
        assert_eq!((text(&spare, "For pump"), spare.brand), (text(pump, "Model"), pump.brand));
    }
}

fn text(product: &Product, name: &str) -> Option<String> {
    product.attributes.iter().find(|attribute| attribute.name == name).and_then(|attribute| match &attribute.value {
        AttributeValue::Text(value) => Some(value.clone()),
        AttributeValue::Number(..) | AttributeValue::Flag(_) => None,
    })
}

#[test]
fn nuts_and_washers_share_thread_and_material_with_the_screw() {
    let demo = demo(10_000);
    let mut checked = 0;
    for relation in demo.relations().filter(|relation| relation.kind == RelationKind::Compatible) {
        let (screw, other) = (demo.product(relation.item), demo.product(relation.target));
        if screw.category_code.starts_with("FAS-SCR") && !screw.category_code.ends_with("INC") {
            let thread = text(&other, "Thread").or_else(|| text(&other, "For thread"));
            assert_eq!(text(&screw, "Thread"), thread);
            assert_eq!(text(&screw, "Material"), text(&other, "Material"));
            checked += 1;
        }
    }
    assert!(checked > 1_000, "{checked}");
}

#[test]
fn prices_grow_with_size() {
    let demo = demo(10_000);
    let price = |sku: &str| demo.products().find(|product| product.sku == sku).map(|product| product.list_price);
    for (small, large) in [
        ("HB-M8X40-ZN", "HB-M8X60-ZN"),
        ("HB-M8X40-ZN", "HB-M12X40-ZN"),
        ("HB-M8X40-ZN", "HB-M8X40-A2"),
        ("BB-6204-2RS", "BB-6208-2RS"),
    ] {
        let (small, large) = (price(small).expect(small), price(large).expect(large));
        assert!(small < large);
    }
}

#[test]
fn bearings_have_the_dimensions_of_the_standard() {
    let demo = demo(10_000);
    let number = |product: &Product, name: &str| {
        let found = product.attributes.iter().find(|attribute| attribute.name == name);
        found.and_then(|attribute| match attribute.value {
            AttributeValue::Number(value, "mm") => Some(value / ONE),
            _ => None,
        })
    };
    for (sku, dimensions) in [("BB-6205-2RS", [25, 52, 15]), ("BB-6304-2RS", [20, 52, 15]), ("BB-6008-2RS", [40, 68, 15])] {
        let bearing = demo.products().find(|product| product.sku == sku).expect(sku);
        let found = ["Bore", "Outer diameter", "Width"].map(|name| number(&bearing, name));
        assert_eq!(found, dimensions.map(Some), "{sku}");
    }
}
