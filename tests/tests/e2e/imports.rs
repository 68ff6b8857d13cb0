//! Imports: a stranger's file is read in the background; good rows are stored, bad ones reported with their lines, and sending
//! it again does no harm.

use std::io::Write as _;

use reqwest::Method;

use crate::support::{Actor, Answer, Import, MAIN, PATIENCE, Shop, eventually, line};

const CSV: &str = "text/csv";

const PRODUCTS: &str = "sku,title,stock_unit,category,price,currency\n\
    A-1,Hex bolt,EA,Fixings>Bolts,1.25,EUR\n\
    A-2,Hex nut,EA,Fixings>Nuts,0.5,EUR\n";

/// Two good products, and three that cannot be: a code with a blank, a currency nobody has, no title.
const MIXED: &str = "sku,title,stock_unit,price,currency\n\
    A-1,Hex bolt,EA,1.25,EUR\n\
    A 2,Hex nut,EA,,\n\
    A-3,Washer,EA,0.1,QQQ\n\
    A-4,,EA,,\n\
    A-5,Screw,EA,,\n";

impl Actor {
    /// Sends a file; `kind` may be followed by further parameters.
    async fn sends_file(&self, kind: &str, media_type: &str, file: impl Into<reqwest::Body>) -> Answer {
        self.post_raw(&format!("/v1/imports?kind={kind}"), media_type, file).await
    }

    /// Waits until an import ended, well or badly.
    async fn ended(&self, import: &Import) -> Import {
        let path = format!("/v1/imports/{}", import.id);
        let ended = async || {
            let seen: Import = self.get(&path).await.read_as(200);
            ["done", "failed"].contains(&seen.status.as_str()).then_some(seen)
        };
        eventually("the import ends", PATIENCE, ended).await.0
    }

    /// Imports a file of CSV to its end.
    async fn imports_csv(&self, kind: &str, file: &str) -> Import {
        let queued: Import = self.sends_file(kind, CSV, file.to_owned()).await.read_as(202);
        self.ended(&queued).await
    }

    /// Line, code and field of every reason in the report of an import.
    async fn report(&self, import: &Import) -> Vec<String> {
        let answer = self.get(&format!("/v1/imports/{}/report", import.id)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"));
        let mut reader = csv::Reader::from_reader(answer.text.as_bytes());
        let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        assert_eq!(header, ["line", "code", "field", "detail", "raw"]);
        let rows = reader.into_records().map(|row| row.expect("a row"));
        rows.map(|row| format!("{} {} {}", &row[0], &row[1], &row[2])).collect()
    }
}

/// Read, accepted, rejected, skipped.
fn counts(import: &Import) -> (i64, i64, i64, i64) {
    assert_eq!((import.status.as_str(), import.error.as_deref()), ("done", None), "{import:?}");
    (import.read, import.accepted, import.rejected, import.skipped)
}

// Each kind of file.

#[tokio::test]
async fn a_file_of_products_is_sold_when_it_is_read() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let queued: Import = shop.admin().sends_file("products", CSV, PRODUCTS).await.read_as(202);
    assert_eq!((queued.kind.as_str(), queued.dry_run), ("products", false));
    let import = shop.admin().ended(&queued).await;
    assert_eq!(counts(&import), (2, 2, 0, 0));
    assert!(shop.admin().report(&import).await.is_empty());
    let acme = shop.erp("ACME").await;
    assert_eq!(acme.get("/v1/products/A-1").await.ok()["title"], "Hex bolt");
    assert_eq!(acme.unit_price("A-2").await, "0.5");
}

#[tokio::test]
async fn a_file_of_prices_changes_the_list_it_names() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "9.00", 0).await;
    let file = "price_list,sku,currency,min_quantity,unit_price\n\
        STANDARD,A-1,EUR,1,8.50\n\
        STANDARD,A-1,EUR,10,8.00\n\
        STANDARD,NOBODY,EUR,1,1\n\
        STANDARD,A-1,EUR,10,7.00\n\
        STANDARD,A-1,EUR,1,cheap\n";
    let import = shop.admin().imports_csv("prices", file).await;
    assert_eq!(counts(&import), (5, 2, 3, 0));
    let mut reasons = shop.admin().report(&import).await;
    reasons.sort();
    assert_eq!(reasons, ["4 unknown-product sku", "5 duplicate ", "6 not-a-number unit_price"]);
    let acme = shop.erp("ACME").await;
    assert_eq!(acme.unit_price("A-1").await, "8.5");
    assert_eq!(acme.quotes(&[line("A-1", 10)]).await.ok()["lines"][0]["unit_price"], "8");
}

#[tokio::test]
async fn a_file_of_stock_counts_what_is_on_hand() {
    let shop = Shop::open().await;
    shop.sells("A-1", "1.00", 7).await;
    shop.product("B-1", serde_json::json!({})).await;
    let file = format!("sku,warehouse,quantity\nA-1,{MAIN},12\nNOBODY,{MAIN},1\nA-1,NOWHERE,1\nB-1,{MAIN},1.5\nA-1,{MAIN},-1\n");
    let import = shop.admin().imports_csv("stock", &file).await;
    assert_eq!(counts(&import), (5, 1, 4, 0));
    let mut reasons = shop.admin().report(&import).await;
    reasons.sort();
    let expected = ["3 unknown-product sku", "4 unknown-warehouse warehouse", "5 not-whole quantity", "6 out-of-range quantity"];
    assert_eq!(reasons, expected);
    assert_eq!(shop.levels("A-1").await, (12, 0, 12));
}

#[tokio::test]
async fn a_count_below_what_is_reserved_is_refused() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 7).await;
    shop.erp("ACME").await.places(&[line("A-1", 5)]).await;
    let import = shop.admin().imports_csv("stock", &format!("sku,warehouse,quantity\nA-1,{MAIN},4\n")).await;
    assert_eq!(counts(&import), (1, 0, 1, 0));
    assert_eq!(shop.admin().report(&import).await, ["2 below-reserved quantity"]);
    assert_eq!(shop.levels("A-1").await, (7, 5, 2));
}

#[tokio::test]
async fn a_file_of_accounts_creates_them_with_their_parents_and_sites() {
    let shop = Shop::open().await;
    let file = "code,name,parent,currency,credit_limit,terms,country,city,street\n\
        C0,Holding,,EUR,,,,,\n\
        C1,Plant,C0,EUR,500,NET10,DE,Bremen,Harbour Road 1\n\
        C2,Nowhere,NOBODY,EUR,,,,,\n\
        C3,Penniless,,QQQ,,,,,\n\
        C4,No money,,,,,,,\n";
    let import = shop.admin().imports_csv("accounts", file).await;
    assert_eq!(counts(&import), (5, 2, 3, 0));
    assert_eq!(shop.admin().report(&import).await.len(), 3);
    let plant = shop.admin().get("/v1/accounts/C1").await.ok();
    assert_eq!(plant["parent"], "C0");
    assert_eq!(plant["terms"], "NET10");
    assert_eq!(shop.admin().get("/v1/accounts/C0").await.ok()["terms"], "NET30", "the usual terms");
}

#[tokio::test]
async fn orders_of_the_past_are_history_and_reserve_nothing() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "1.00", 5).await;
    let file = "external_number,account,placed_at,currency,sku,quantity,unit_price\n\
        7,ACME,2026-01-05,EUR,A-1,3,1.005\n\
        7,ACME,2026-01-05,EUR,A-1,1,2\n\
        8,ACME,2026-01-06,EUR,NOBODY,1,1\n";
    let import = shop.admin().imports_csv("orders", file).await;
    assert_eq!(counts(&import), (3, 2, 1, 0));
    assert_eq!(shop.admin().report(&import).await, ["4 unknown-product sku", "4 order-incomplete external_number"]);
    let acme = shop.erp("ACME").await;
    let orders = acme.all("/v1/orders").await;
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["status"], "closed");
    assert_eq!(orders[0]["totals"]["total"]["amount"], "5.02");
    assert_eq!(shop.levels("A-1").await, (5, 0, 5));
    assert_eq!(shop.credit_of("ACME").await.exposure, "0 EUR");
    let again = shop.admin().imports_csv("orders", file).await;
    assert_eq!(counts(&again), (3, 0, 1, 2), "known already");
    assert_eq!(acme.all("/v1/orders").await.len(), 1);
}

// What an import promises.

#[tokio::test]
async fn good_rows_are_stored_and_bad_ones_reported_with_their_lines() {
    let shop = Shop::open().await;
    let import = shop.admin().imports_csv("products", MIXED).await;
    assert_eq!(counts(&import), (5, 2, 3, 0));
    let mut reasons = shop.admin().report(&import).await;
    reasons.sort();
    assert_eq!(reasons, ["3 bad-code sku", "4 unknown-currency currency", "5 missing-value title"]);
    for (sku, status) in [("A-1", 200), ("A-3", 404), ("A-4", 404), ("A-5", 200)] {
        assert_eq!(shop.admin().get(&format!("/v1/products/{sku}")).await.status, status, "{sku}");
    }
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let shop = Shop::open().await;
    let first = shop.admin().imports_csv("products", PRODUCTS).await;
    let before = shop.admin().get("/v1/products/A-1").await;
    let again = shop.admin().imports_csv("products", PRODUCTS).await;
    assert_eq!(counts(&again), counts(&first));
    assert_eq!(shop.admin().get("/v1/products/A-1").await.header("etag"), before.header("etag"));
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_keeps_nothing() {
    let shop = Shop::open().await;
    let queued: Import = shop.admin().sends_file("products&dry_run=true", CSV, MIXED).await.read_as(202);
    assert!(queued.dry_run);
    let dry = shop.admin().ended(&queued).await;
    shop.admin().get("/v1/products/A-1").await.is_refused("product-not-found");
    let wet = shop.admin().imports_csv("products", MIXED).await;
    assert_eq!(counts(&dry), counts(&wet));
    assert_eq!(shop.admin().report(&dry).await, shop.admin().report(&wet).await);
}

#[tokio::test]
async fn files_come_plain_or_packed_as_csv_or_as_lines_of_json() {
    let shop = Shop::open().await;
    let gzip = |text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text.as_bytes()).expect("memory");
        packed.finish().expect("memory")
    };
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 0).expect("memory");
    let json = |sku: &str| format!("{{\"sku\":\"{sku}\",\"title\":\"Part\",\"stock_unit\":\"EA\"}}\n");
    let csv = |sku: &str| format!("sku,title,stock_unit\n{sku},Part,EA\n");
    for (sku, media_type, file) in [
        ("P-1", CSV, csv("P-1").into_bytes()),
        ("P-2", "application/x-ndjson", json("P-2").into_bytes()),
        ("P-3", "application/gzip", gzip(&csv("P-3"))),
        ("P-4", "application/gzip", gzip(&json("P-4"))),
        ("P-5", "application/zstd", zstd(&csv("P-5"))),
        ("P-6", "text/csv; charset=utf-8", csv("P-6").into_bytes()),
    ] {
        let queued: Import = shop.admin().sends_file("products", media_type, file).await.read_as(202);
        assert_eq!(counts(&shop.admin().ended(&queued).await), (1, 1, 0, 0), "{sku} {media_type}");
        shop.admin().get(&format!("/v1/products/{sku}")).await.ok();
    }
}

#[tokio::test]
async fn a_mapping_says_what_foreign_columns_are_and_what_is_skipped() {
    let shop = Shop::open().await;
    let mapping = "kind = \"products\"\n[fields]\nsku = \"part\"\ntitle = \"name\"\nstock_unit = { constant = \"EA\" }\n\
                   [[skip]]\ncolumn = \"state\"\nis = \"deleted\"\nreason = \"deleted\"\n";
    let file = "part,name,state,colour\nA-1,Hex bolt,active,grey\nA-2,Hex nut,deleted,grey\n";
    let admin = shop.admin();
    let query = [("kind", "products"), ("mapping", mapping)];
    let request = admin.request(Method::POST, "/v1/imports").query(&query).header("content-type", CSV).body(file);
    let queued: Import = admin.send(request).await.read_as(202);
    assert_eq!(counts(&admin.ended(&queued).await), (2, 1, 0, 1));
    assert_eq!(admin.get("/v1/products/A-1").await.ok()["title"], "Hex bolt");
    admin.get("/v1/products/A-2").await.is_refused("product-not-found");
}

#[tokio::test]
async fn a_mapping_that_cannot_be_is_refused_at_once() {
    let shop = Shop::open().await;
    let admin = shop.admin();
    for mapping in ["no toml", "[fields]\ncolour = \"c\"\n", "kind = \"stock\"\n[fields]\nsku = \"s\"\n"] {
        let query = [("kind", "products"), ("mapping", mapping)];
        let request = admin.request(Method::POST, "/v1/imports").query(&query).header("content-type", CSV).body(PRODUCTS);
        let answer = admin.send(request).await;
        assert_eq!(answer.status, 422, "{mapping}: {}", answer.text);
        answer.is_refused("bad-mapping");
    }
    admin.get("/v1/products/A-1").await.is_refused("product-not-found");
}

#[tokio::test]
async fn a_file_with_columns_nobody_knows_fails_and_says_so() {
    let shop = Shop::open().await;
    let import = shop.admin().imports_csv("products", "sku,title,stock_unit,colour\nA-1,Bolt,EA,grey\n").await;
    assert_eq!(import.status, "failed");
    assert!(import.error.is_some_and(|error| error.contains("colour")));
    shop.admin().get("/v1/products/A-1").await.is_refused("product-not-found");
    let next = shop.admin().imports_csv("products", PRODUCTS).await;
    assert_eq!(next.status, "done", "the next one is read all the same");
}

#[tokio::test]
async fn what_is_no_file_of_ours_is_refused() {
    let shop = Shop::open().await;
    let answer = shop.admin().sends_file("products", "application/pdf", "%PDF-1.7").await;
    assert_eq!(answer.status, 415);
    answer.is_refused("unsupported-media-type");
    shop.admin().sends_file("weather", CSV, PRODUCTS).await.is_refused("malformed-request");
    shop.admin().post_raw("/v1/imports", CSV, PRODUCTS).await.is_refused("malformed-request");
    let disguised: Import = shop.admin().sends_file("products", "application/gzip", "this is not packed").await.read_as(202);
    let ended = shop.admin().ended(&disguised).await;
    assert_eq!((ended.status.as_str(), ended.accepted), ("failed", 0));
}

#[tokio::test]
async fn an_import_nobody_asked_for_does_not_exist() {
    let shop = Shop::open().await;
    for id in ["1", "999999999999", "x"] {
        for path in [format!("/v1/imports/{id}"), format!("/v1/imports/{id}/report")] {
            let answer = shop.admin().get(&path).await;
            assert_eq!(answer.status, 404, "{path}");
            answer.is_refused("import-not-found");
        }
    }
}

#[tokio::test]
async fn a_retried_upload_is_one_import() {
    let shop = Shop::open().await;
    let admin = shop.admin();
    let send = async |file: &'static str| {
        let request = admin.request(Method::POST, "/v1/imports?kind=products").header("content-type", CSV);
        admin.send(request.header("idempotency-key", "file-1").body(file)).await
    };
    let first = send(PRODUCTS).await;
    let again = send(PRODUCTS).await;
    assert_eq!((first.status, &first.text), (202, &again.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let import = admin.ended(&first.read_as(202)).await;
    assert_eq!(counts(&import), (2, 2, 0, 0));
    let told = admin.events_about(&format!("import/{}", import.id)).await;
    assert_eq!(told, ["import.queued", "import.ended"]);
}

#[tokio::test]
async fn imports_are_run_by_those_who_keep_what_they_write() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let acme = shop.erp("ACME").await;
    let import = shop.seller("catalog").await.imports_csv("products", PRODUCTS).await;
    assert_eq!(import.status, "done");
    let path = format!("/v1/imports/{}", import.id);
    for person in [acme, shop.seller("finance").await] {
        person.sends_file("products", CSV, PRODUCTS).await.is_refused("forbidden");
        person.get(&path).await.is_refused("forbidden");
        person.get(&format!("{path}/report")).await.is_refused("forbidden");
    }
    for role in ["sales", "warehouse", "pricing"] {
        let person = shop.seller(role).await;
        person.sends_file("products", CSV, PRODUCTS).await.is_refused("import-not-allowed");
        person.get(&path).await.is_refused("import-not-found");
        person.get(&format!("{path}/report")).await.is_refused("import-not-found");
    }
    shop.seller("catalog").await.get(&path).await.ok();
}
