//! The makers whose goods the demo distributor sells. All invented. Each family is led
//! by another one of its table.

use super::family::{Brand, brand};

pub(super) const FASTENING: &[Brand] = &[
    brand("Harbeck", "HAR", 100),
    brand("Norvik", "NVK", 112),
    brand("Schraubwerk Ost", "SWO", 94),
    brand("Fixatec", "FXT", 105),
    brand("Tornillo", "TNL", 91),
    brand("Boltmark", "BTM", 118),
    brand("Ferrasca", "FRS", 97),
    brand("Veda Fasteners", "VDA", 88),
    brand("Kestrel Fixings", "KSF", 109),
    brand("Ankarion", "ANK", 121),
    brand("Gewindemann", "GWM", 126),
    brand("Pinnock", "PNK", 102),
    brand("Stalbro", "SLB", 93),
    brand("Ostrava Metal", "OVM", 86),
];

pub(super) const MOTION: &[Brand] = &[
    brand("Rollmann", "RLM", 100),
    brand("Kugelhaus", "KGH", 138),
    brand("Nordlager", "NLG", 124),
    brand("Tsubari", "TBR", 131),
    brand("Ravello Cuscinetti", "RVC", 96),
    brand("Prezisa", "PRZ", 147),
    brand("Axelon", "AXN", 88),
    brand("Drivex", "DRX", 82),
    brand("Moravia Bearing", "MVB", 79),
    brand("Simtek Seals", "SMT", 104),
    brand("Continuo", "CTO", 116),
    brand("Orbis Motion", "ORM", 109),
    brand("Lindqvist", "LQV", 142),
    brand("Zentral Antrieb", "ZTA", 92),
];

pub(super) const PIPING: &[Brand] = &[
    brand("Aquaduct", "AQD", 100),
    brand("Flowmark", "FWM", 113),
    brand("Rohrbach", "RBC", 122),
    brand("Tubelli", "TBL", 95),
    brand("Viadotto", "VDT", 104),
    brand("Brasswell", "BWL", 108),
    brand("Geberling", "GBL", 136),
    brand("Nippelwerk", "NPW", 92),
    brand("Armatura", "ARM", 89),
    brand("Castellan", "CSL", 117),
    brand("Unilink", "UNL", 86),
    brand("Hydromax", "HMX", 110),
    brand("Pressfit Nord", "PFN", 127),
    brand("Oceanic Valve", "OCV", 131),
];

pub(super) const PUMPING: &[Brand] = &[
    brand("Wellspring", "WSP", 100),
    brand("Grunwald Pumpen", "GWP", 128),
    brand("Lowater", "LWT", 117),
    brand("Idromeca", "IDM", 93),
    brand("Kolbenhof", "KBH", 141),
    brand("Aspira", "ASP", 88),
    brand("Torrent", "TRT", 106),
    brand("Marinex", "MRX", 122),
];

pub(super) const ELECTRIC: &[Brand] = &[
    brand("Voltara", "VLT", 100),
    brand("Elmerson", "EMS", 127),
    brand("Schaltag", "SCG", 134),
    brand("Linea Elettrica", "LNE", 96),
    brand("Powerlane", "PWL", 91),
    brand("Kabelmeister", "KBM", 108),
    brand("Contacta", "CNT", 119),
    brand("Amperio", "AMP", 88),
    brand("Nordlys", "NLY", 113),
    brand("Ohmega", "OHM", 84),
    brand("Hensell", "HSL", 138),
    brand("Fasolux", "FSX", 102),
    brand("Klemmtec", "KMT", 116),
    brand("Brightwire", "BWR", 94),
];

pub(super) const SAFETY: &[Brand] = &[
    brand("Bulwark Safety", "BWS", 100),
    brand("Protecta Nord", "PTN", 118),
    brand("Guardline", "GDL", 92),
    brand("Sicurella", "SCR", 104),
    brand("Helmgard", "HGD", 127),
    brand("Steadfast", "SDF", 112),
    brand("Handwerk Plus", "HWP", 88),
    brand("Visibla", "VSB", 96),
    brand("Arbejd", "ABJ", 131),
    brand("Ironsole", "IRS", 121),
    brand("Clearsight", "CLS", 109),
    brand("Masken AG", "MSK", 136),
    brand("Toroguard", "TGD", 85),
    brand("Workright", "WKR", 99),
];

pub(super) const TOOLING: &[Brand] = &[
    brand("Hartmetall Kern", "HMK", 100),
    brand("Steelhand", "STH", 92),
    brand("Wolfsburg Werkzeug", "WBW", 128),
    brand("Cortador", "CTD", 95),
    brand("Precis", "PCS", 139),
    brand("Gripwell", "GPW", 104),
    brand("Bohrland", "BHL", 111),
    brand("Kanto Tools", "KTO", 122),
    brand("Smeriglia", "SMG", 89),
    brand("Forgeline", "FGL", 117),
    brand("Toolmaster", "TMS", 84),
    brand("Nordhammer", "NHM", 108),
    brand("Spira", "SPR", 133),
    brand("Lamina", "LMN", 97),
];

/// All of them, for the list of brands.
#[cfg(test)]
pub(super) const ALL: [&[Brand]; 7] = [FASTENING, MOTION, PIPING, PUMPING, ELECTRIC, SAFETY, TOOLING];
