//! Every step of a field rule, on one record.

use std::sync::Arc;

use super::*;

fn record() -> Record {
    let text = |t: &str| Value::Text(t.to_owned());
    let fields = vec![
        ("id", text(" 17 ")),
        ("cents", Value::Number("12595".to_owned())),
        ("euro", text("1.234,50")),
        ("codes", text("a; b ;;c")),
        ("list", Value::List(vec![text("x"), Value::Null, text("y")])),
        ("state", text("A")),
        ("on", text("21.11.2026")),
        ("blank", text("  ")),
        ("nested", Value::Object(vec![("oem".to_owned(), text("C4872A"))])),
    ];
    Record { line: 2, fields: fields.into_iter().map(|(n, v)| (Arc::from(n), v)).collect() }
}

fn value(spec: &str) -> Result<String, String> {
    let table: toml::Table = toml::from_str(&format!("f = {spec}")).expect("TOML");
    let rule = FieldRule::compile(table["f"].clone())?;
    match rule.value("f", &record()) {
        Ok(Some(Value::List(items))) => Ok(items.iter().map(Value::raw).collect::<Vec<_>>().join("|")),
        Ok(Some(value)) => Ok(value.raw()),
        Ok(None) => Ok("-".to_owned()),
        Err(problem) => Err(problem.code.to_owned()),
    }
}

#[test]
fn every_step_does_what_it_says() {
    for (spec, expected) in [
        (r#""id""#, "17"),
        (r#"{ constant = "EA" }"#, "EA"),
        (r#"{ template = "k:{id}-{state}" }"#, "k:17-A"),
        (r#"{ template = "k:{blank}" }"#, "-"),
        (r#"{ first = ["blank", "nothing", "state"] }"#, "A"),
        (r#"{ all = ["id", "list", "blank"] }"#, "17|x|y"),
        (r#"{ column = "codes", split = ";", upper = true }"#, "A|B|C"),
        (r#"{ column = "list", prefix = "p:" }"#, "p:x|p:y"),
        (r#"{ column = "list", split = ";" }"#, "x|y"),
        (r#"{ column = "cents", scale = -2 }"#, "125.95"),
        (r#"{ column = "euro", decimal = "," }"#, "1234.50"),
        (r#"{ column = "state", values = { A = "active" } }"#, "active"),
        (r#"{ column = "state", values = { B = "x" }, otherwise = "y" }"#, "y"),
        (r#"{ column = "state", values = { A = "" } }"#, "-"),
        (r#"{ column = "on", date = "%d.%m.%Y" }"#, "1795219200000000"),
        (r#"{ column = "id", strip_prefix = ["0", "1"] }"#, "7"),
        (r#"{ column = "id", cut = 1 }"#, "1"),
        (r#"{ column = "blank", default = "none" }"#, "none"),
        (r#""nested.oem""#, "C4872A"),
        (r#""nothing""#, "-"),
    ] {
        assert_eq!(value(spec).as_deref(), Ok(expected), "{spec}");
    }
}

#[test]
fn what_a_step_cannot_handle_is_a_problem() {
    for (spec, expected) in [
        (r#"{ column = "state", values = { B = "x" } }"#, "not-in-table"),
        (r#"{ column = "on", date = "%Y-%m-%d" }"#, "bad-date"),
        (r#"{ column = "state", scale = -2 }"#, "not-a-number"),
        (r#"{ column = "cents", scale = -128, decimal = "x" }"#, "decimal must be \",\" or \".\""),
        ("{ upper = true }", "needs exactly one of column, constant, template, first, all"),
        (r#"{ column = "a", constant = "b" }"#, "needs exactly one of column, constant, template, first, all"),
        (r#"{ template = "{a" }"#, "the template \"{a\" has an open brace"),
        ("3", "is neither a column name nor a table"),
    ] {
        assert_eq!(value(spec), Err(expected.to_owned()), "{spec}");
    }
    assert!(value(r#"{ column = "a", colour = "red" }"#).expect_err("unknown key").contains("colour"));
}
