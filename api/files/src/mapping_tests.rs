//! What a mapping file may say, and how it is refused.

use super::*;

fn columns(names: &[&str]) -> Vec<Arc<str>> {
    names.iter().map(|name| Arc::from(*name)).collect()
}

fn refusal(kind: Kind, text: &str, names: &[&str]) -> String {
    let bound = Mapping::parse(kind, text).and_then(|mapping| mapping.bind(&columns(names)));
    bound.err().map(|e| e.to_string()).unwrap_or_default()
}

#[test]
fn unknown_columns_and_fields_are_named_at_the_start() {
    let stock = "[fields]\nsku = 'Artikel'\nquantity = 'Bestand'\nwarehouse = { constant = 'W1' }\n";
    assert_eq!(refusal(Kind::Stock, stock, &["Artikel", "Bestand"]), "");
    let error = refusal(Kind::Stock, stock, &["Artikel", "Menge"]);
    assert!(error.contains("\"Bestand\"") && error.contains("quantity") && error.contains("Artikel, Menge"), "{error}");
    let error = refusal(Kind::Stock, "[fields]\nskuu = 'a'\n", &["a"]);
    assert!(error.contains("\"skuu\"") && error.contains("sku, warehouse, quantity"), "{error}");
    for (text, part) in [
        ("[[skip]]\ncolumn = 'gone'\nis = 'x'\n", "\"gone\""),
        ("distinct = 'gone'\n", "\"gone\""),
        ("[attributes]\nfrom = 'gone'\n", "\"gone\""),
        ("[attributes]\npairs = [{ column = 'gone', separator = ' ', assign = '=' }]\n", "\"gone\""),
        ("[fields]\nsku = { template = 'x{gone}' }\n", "\"gone\""),
    ] {
        assert!(refusal(Kind::Products, text, &["a"]).contains(part), "{text}");
    }
    assert_eq!(refusal(Kind::Stock, "[fields]\nsku = { column = 'gone', optional = true }\n", &["a"]), "");
    assert_eq!(refusal(Kind::Stock, "[fields]\nsku = 'a.b'\n", &["a"]), "");
}

#[test]
fn nonsense_is_refused_with_the_reason() {
    for (text, part) in [
        ("kind = 'prices'\n", "for prices, not for stock"),
        ("kind = 'cats'\n", "unknown variant"),
        ("colour = 1\n", "colour"),
        ("= \n", "not valid"),
        ("[fields]\nsku = { column = 'a', date = '%Q' }\n", "\"sku\" %Q is not known"),
        ("[[keep]]\ncolumn = 'a'\n", "exactly one of matches"),
        ("[[keep]]\ncolumn = 'a'\nabove = 'x'\n", "must be a plain decimal"),
        ("[source]\ndelimiter = 'ä'\n", "ASCII"),
        ("[group]\nwindow = 0\n", "from 1 to 64"),
        ("[attributes]\n", "products only"),
        ("[lines]\nsku = 'a'\n", "\"sku\""),
    ] {
        let error = refusal(Kind::Stock, text, &["a"]);
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn our_own_form_needs_no_mapping_but_no_strange_column() {
    let bind = |kind, names: &[&str]| Mapping::own(kind).bind(&columns(names)).map(|_| ()).map_err(|e| e.to_string());
    assert_eq!(bind(Kind::Products, &["sku", "title", "attributes.Length"]), Ok(()));
    assert_eq!(bind(Kind::Orders, &["external_number", "account", "sku", "quantity"]), Ok(()));
    assert_eq!(bind(Kind::Orders, &["external_number", "account", "lines"]), Ok(()));
    assert!(bind(Kind::Orders, &["external_number", "lines", "sku"]).is_err());
    assert!(bind(Kind::Stock, &["sku", "qantity"]).expect_err("unknown").contains("\"qantity\""));
}
