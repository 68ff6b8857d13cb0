//! Checking requested lines: each becomes a product, a unit and an orderable quantity, or an error that says
//! why it cannot be ordered.

use std::sync::Arc;
use store::Db;

use entity::AccountId;
use pricing::{Quantity, UnitCode};

use super::error::CartError;
use catalog::{self, Candidate, Name, Product, Products, Resolution};
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use search_index::SearchIndex;

/// Largest number of lines in a request.
pub const MAX_LINES: usize = 10_000;

/// A line of a request.
#[derive(Clone, Debug)]
pub struct RequestedLine {
    /// JSON pointer of the line, or its row in an uploaded list.
    pub pointer: String,
    pub sku: Option<String>,
    pub identifier: Option<String>,
    pub quantity: Result<Quantity, String>,
    pub unit: Option<String>,
    pub note: String,
}

/// A line that can be ordered.
#[derive(Clone, Debug)]
pub struct CheckedLine {
    /// Index among the requested lines.
    pub index: usize,
    pub pointer: String,
    pub product: Arc<Product>,
    pub unit: UnitCode,
    pub quantity: Quantity,
    pub note: String,
}

/// Why a line cannot be ordered, with products that may have been meant.
#[derive(Clone, Debug)]
pub struct LineProblem {
    pub(super) field: FieldError,
    pub(super) candidates: Vec<Candidate>,
}

impl From<LineProblem> for FieldError {
    fn from(problem: LineProblem) -> Self {
        problem.field
    }
}

/// Finds the products of all lines in one query and checks the quantities. Bad lines are returned as problems; a line with an
/// unknown part number names similar products.
pub async fn check_lines(
    db: &impl Db,
    products: &Products,
    index: &SearchIndex,
    account: Option<AccountId>,
    lines: Vec<RequestedLine>,
) -> Result<(Vec<CheckedLine>, Vec<LineProblem>), CartError> {
    if lines.len() > MAX_LINES {
        return Err(CartError::TooManyLines(MAX_LINES));
    }
    let names: Vec<Name<'_>> =
        lines.iter().map(|l| Name { sku: l.sku.as_deref(), identifier: l.identifier.as_deref() }).collect();
    let mut found = catalog::resolve(db, products, account, &names).await?;
    add_candidates(products, index, account, &names, &mut found).await;
    let (mut good, mut bad) = (Vec::with_capacity(lines.len()), Vec::new());
    for ((index, line), resolution) in lines.into_iter().enumerate().zip(found) {
        match checked(index, line, resolution) {
            Ok(line) => good.push(line),
            Err(problem) => bad.push(problem),
        }
    }
    Ok((good, bad))
}

/// Finds products similar to unknown part numbers.
async fn add_candidates(
    products: &Products,
    index: &SearchIndex,
    account: Option<AccountId>,
    names: &[Name<'_>],
    found: &mut [Resolution],
) {
    let without = |(name, resolution): (&Name<'_>, &Resolution)| {
        matches!(resolution, Resolution::Unknown { candidates } if candidates.is_empty()) && !name.text().is_empty()
    };
    let open: Vec<usize> = (0..names.len()).filter(|at| without((&names[*at], &found[*at]))).collect();
    if open.is_empty() {
        return;
    }
    let texts: Vec<&str> = open.iter().map(|at| names[*at].text()).collect();
    let audience = products.view_for(account).search_audience();
    for (at, candidates) in open.iter().zip(index.candidates(account, audience, &texts).await) {
        found[*at] = Resolution::Unknown { candidates };
    }
}

fn checked(index: usize, line: RequestedLine, resolution: Resolution) -> Result<CheckedLine, LineProblem> {
    let field = if line.sku.is_some() { "sku" } else { "identifier" };
    let product = match resolution {
        Resolution::Found(product) => product,
        Resolution::Ambiguous(candidates) => {
            let problem =
                line.problem(field, FieldCode::AmbiguousIdentifier, "several products have this identifier; name the SKU");
            return Err(LineProblem { candidates, ..problem });
        }
        Resolution::Unknown { candidates } => {
            let asked = line.sku.as_deref().or(line.identifier.as_deref()).unwrap_or_default();
            let detail = if asked.is_empty() {
                "the line must name a product".to_owned()
            } else {
                format!("there is no product \"{asked}\"")
            };
            let problem = line.problem(field, FieldCode::UnknownProduct, &detail);
            return Err(LineProblem { candidates, ..problem });
        }
    };
    if !product.is_orderable() {
        let detail = format!("{} cannot be ordered: it is {}", product.sku, product.lifecycle.word());
        return Err(line.problem(field, FieldCode::NotOrderable, &detail));
    }
    let unit = match &line.unit {
        None => product.default_unit(),
        Some(text) => match text.parse() {
            Ok(unit) => unit,
            Err(_) => {
                return Err(line.problem("unit", FieldCode::UnknownUnit, &format!("\"{text}\" is not a unit of the product")));
            }
        },
    };
    let quantity = match &line.quantity {
        Ok(quantity) => *quantity,
        Err(detail) => return Err(line.problem("quantity", FieldCode::NotANumber, detail)),
    };
    if let Err(problem) = product.check_quantity(unit, quantity) {
        return Err(LineProblem { field: problem.under(&line.pointer), candidates: Vec::new() });
    }
    Ok(CheckedLine { index, pointer: line.pointer, product, unit, quantity, note: line.note })
}

impl RequestedLine {
    /// A problem with one of its fields.
    fn problem(&self, field: &str, code: FieldCode, detail: &str) -> LineProblem {
        LineProblem { field: FieldError::new(format!("{}/{field}", self.pointer), code, detail), candidates: Vec::new() }
    }
}
