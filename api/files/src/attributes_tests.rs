//! Attributes from objects, columns and pairs.

use std::sync::Arc;

use super::*;
use crate::value::parse_json;

fn collect(spec: &str, record: &str) -> (Vec<String>, Vec<&'static str>) {
    let table: AttributesTable = toml::from_str(spec).expect("TOML");
    let rules = Attributes::compile(table).expect("valid");
    let Ok(Value::Object(fields)) = parse_json(record) else { panic!("an object") };
    let fields = fields.into_iter().map(|(n, v)| (Arc::from(n), v)).collect();
    let mut problems = Vec::new();
    let used = HashSet::from(["sku".to_owned()]);
    let attributes = rules.collect(&Record { line: 1, fields }, &used, &mut problems);
    let shown = attributes
        .into_iter()
        .map(|a| {
            let value = match a.value {
                AttributeValue::Text(text) => format!("'{text}'"),
                AttributeValue::Number(text) => text,
                AttributeValue::Boolean(value) => value.to_string(),
            };
            format!("{}={value}{}", a.name, a.unit.unwrap_or_default())
        })
        .collect();
    (shown, problems.into_iter().map(|p| p.code).collect())
}

#[test]
fn nested_objects_lose_their_prefixes_and_collisions_keep_them() {
    let spec = "from = 'a'\nprefixes = { t_ = 'text', n_ = 'number', b_ = 'boolean' }";
    let record = r#"{"a":{"t_width":"wide","n_width":56.0,"b_new":true,"n_tiny":1.5e-07,"t_":"x","t_none":""}}"#;
    let (shown, problems) = collect(spec, record);
    assert_eq!(shown, ["width='wide'", "n_width=56", "new=true", "tiny=0.00000015", "t_='x'"]);
    assert!(problems.is_empty());
}

#[test]
fn columns_rest_and_pairs_become_attributes() {
    let spec = "rest = true\nexcept = ['noise']\nguess_numbers = true\nrename = { od = 'outer diameter' }\n\
                units = { length = '{unit}' }\npairs = [{ column = 'dims', separator = ' ', assign = '=' }]\n";
    let record = r#"{"sku":"1","length":"2.50","unit":"mm","noise":"x","code":"007","dims":"od=24.000 odd s=3/4"}"#;
    let (shown, problems) = collect(spec, record);
    assert_eq!(shown, ["length=2.5mm", "unit='mm'", "code='007'", "dims='od=24.000 odd s=3/4'", "outer diameter=24", "s='3/4'"]);
    assert!(problems.is_empty());
}

#[test]
fn values_with_units_and_lists_are_understood_and_the_rest_is_refused() {
    let record = r#"{"a":{"L":{"value":12.5,"unit":"mm"},"C":["red","blue"],"X":{"v":1},"N":[[1]]}}"#;
    let (shown, problems) = collect("from = 'a'", record);
    assert_eq!(shown, ["L=12.5mm", "C='red'", "C='blue'"]);
    assert_eq!(problems, ["bad-attribute", "bad-attribute"]);
    let (_, problems) = collect("from = 'a'\ntypes = { N = 'number' }", r#"{"a":{"N":"many","T":"\u0000"}}"#);
    assert_eq!(problems, ["not-a-number", "control-character"]);
}
