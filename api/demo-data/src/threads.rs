//! Thread sizes and what follows from them: pitches, spanner sizes, tap drills. Shared by screws, nuts and tools.

use super::family::tenths;

/// A metric coarse thread; dimensions in tenths of a millimetre unless said otherwise.
pub(super) struct Metric {
    pub(super) diameter: u16,
    /// Hundredths of a millimetre.
    pub(super) pitch: u16,
    /// Width across flats of bolt head and nut.
    pub(super) flats: u16,
    /// Hexagon key of a socket head cap screw; 0 where there is none.
    pub(super) key: u16,
    /// Drill for a tapped hole.
    pub(super) drill: u16,
}

const fn metric(diameter: u16, pitch: u16, flats: u16, key: u16, drill: u16) -> Metric {
    Metric { diameter, pitch, flats, key, drill }
}

/// Most asked-for first.
pub(super) const METRIC: &[Metric] = &[
    metric(80, 125, 130, 60, 68),
    metric(60, 100, 100, 50, 50),
    metric(100, 150, 160, 80, 85),
    metric(50, 80, 80, 40, 42),
    metric(120, 175, 180, 100, 102),
    metric(40, 70, 70, 30, 33),
    metric(160, 200, 240, 140, 140),
    metric(30, 50, 55, 25, 25),
    metric(200, 250, 300, 170, 175),
    metric(240, 300, 360, 190, 210),
    metric(140, 200, 210, 120, 120),
    metric(180, 250, 270, 140, 155),
    metric(300, 350, 460, 220, 265),
    metric(25, 45, 50, 20, 21),
    metric(220, 250, 340, 170, 195),
    metric(270, 300, 410, 190, 240),
    metric(360, 400, 550, 270, 320),
    metric(20, 40, 40, 15, 16),
];

impl Metric {
    /// `M8`, `M2.5`.
    pub(super) fn name(&self) -> String {
        format!("M{}", tenths(self.diameter))
    }
}

/// A unified inch thread: name, diameter in tenths of a millimetre, threads per inch coarse and fine.
pub(super) struct Inch {
    pub(super) name: &'static str,
    pub(super) diameter: u16,
    pub(super) coarse: u16,
    pub(super) fine: u16,
}

const fn inch(name: &'static str, diameter: u16, coarse: u16, fine: u16) -> Inch {
    Inch { name, diameter, coarse, fine }
}

/// Most asked-for first.
pub(super) const INCH: &[Inch] = &[
    inch("1/4", 64, 20, 28),
    inch("3/8", 95, 16, 24),
    inch("5/16", 79, 18, 24),
    inch("1/2", 127, 13, 20),
    inch("#10", 48, 24, 32),
    inch("5/8", 159, 11, 18),
    inch("#8", 42, 32, 36),
    inch("3/4", 191, 10, 16),
    inch("7/16", 111, 14, 20),
    inch("#6", 35, 32, 40),
    inch("1", 254, 8, 12),
    inch("7/8", 222, 9, 14),
    inch("#4", 28, 40, 48),
];

impl Inch {
    /// `1/4-20` or `1/4-28`.
    pub(super) fn thread(&self, fine: bool) -> String {
        format!("{}-{}", self.name, if fine { self.fine } else { self.coarse })
    }
}

/// Lengths of screws in millimetres, most asked-for first.
pub(super) const LENGTHS: &[u16] = &[
    20, 30, 40, 16, 25, 50, 12, 60, 10, 35, 80, 45, 70, 100, 8, 90, 120, 55, 6, 65, 75, 110, 140, 160, 130, 150, 85, 180, 200, 5,
    220, 240, 260, 280, 300,
];

/// Lengths of inch screws in eighths of an inch, most asked-for first.
pub(super) const EIGHTHS: &[u16] = &[8, 6, 12, 4, 16, 10, 5, 20, 24, 14, 7, 28, 32, 18, 3, 22, 40, 36, 48, 26, 30, 44, 56, 64];

/// `1-1/2` for twelve eighths.
pub(super) fn eighths(value: u16) -> String {
    let (whole, mut above, mut below) = (value / 8, value % 8, 8);
    while above > 0 && above % 2 == 0 {
        (above, below) = (above / 2, below / 2);
    }
    match (whole, above) {
        (_, 0) => whole.to_string(),
        (0, _) => format!("{above}/{below}"),
        _ => format!("{whole}-{above}/{below}"),
    }
}

/// Position of a size in a table, to build the key of a related product.
pub(super) fn position<T>(table: &[T], found: impl Fn(&T) -> bool) -> Option<u16> {
    table.iter().position(found).map(|at| at as u16)
}
