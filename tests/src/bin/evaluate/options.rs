//! What the command is asked to do.

use std::path::PathBuf;

use super::Result;

/// One half of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Search,
    Suggestions,
}

/// What the command is asked to do.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) data: PathBuf,
    pub(crate) only: Option<Part>,
    /// The second part of the names of files: `queries_dev.csv`.
    pub(crate) half: String,
    pub(crate) runs: Option<PathBuf>,
    pub(crate) detail: Option<String>,
}

impl Options {
    pub(crate) fn read() -> Result<Self> {
        let given = std::env::var_os("BULKHEAD_DATA").map(PathBuf::from);
        let data = given.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
        let mut options = Self { data, only: None, half: "dev".to_owned(), runs: None, detail: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--data" => options.data = value()?.into(),
                "--half" => options.half = value()?,
                "--runs" => options.runs = Some(value()?.into()),
                "--detail" => options.detail = Some(value()?),
                "--only" => {
                    options.only = Some(match value()?.as_str() {
                        "search" => Part::Search,
                        "suggestions" => Part::Suggestions,
                        other => return Err(format!("--only is search or suggestions, not {other}").into()),
                    });
                }
                other => return Err(format!("{other} is not an option; see the head of evaluate/main.rs").into()),
            }
        }
        if !options.data.is_dir() {
            return Err(format!("there are no data sets at {}; say --data", options.data.display()).into());
        }
        Ok(options)
    }

    /// A file of a set that comes in halves.
    pub(crate) fn file(&self, set: &str, name: &str) -> PathBuf {
        self.data.join(set).join(format!("{name}.csv").replace("HALF", &self.half))
    }
}
