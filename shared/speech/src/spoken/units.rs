//! Units of measurement and their spoken names.

/// A unit: its symbols, and its names in singular and plural.
struct Unit(&'static [&'static str], &'static str, &'static str);

const UNITS: &[Unit] = &[
    // Torque
    Unit(&["lb-ft", "lb·ft", "lb.ft", "lbf·ft", "lbf-ft", "lbft", "lbs-ft"], "pound foot", "pound feet"),
    Unit(&["ft-lb", "ft·lb", "ft-lbs", "ft.lb", "ft-lbf", "ft·lbf", "ftlb"], "foot pound", "foot pounds"),
    Unit(&["lb-in", "lb·in", "lbf·in", "lbf-in", "lb-in."], "pound inch", "pound inches"),
    Unit(&["in-lb", "in·lb", "in-lbs", "in-lbf", "in·lbf", "in.-lb"], "inch pound", "inch pounds"),
    Unit(&["N·m", "Nm", "N-m", "N.m", "N•m", "N*m"], "newton metre", "newton metres"),
    Unit(&["kN·m", "kNm"], "kilonewton metre", "kilonewton metres"),
    // Length, area, volume
    Unit(&["mm"], "millimetre", "millimetres"),
    Unit(&["cm"], "centimetre", "centimetres"),
    Unit(&["m"], "metre", "metres"),
    Unit(&["km"], "kilometre", "kilometres"),
    Unit(&["µm", "um"], "micrometre", "micrometres"),
    Unit(&["in", "in.", "\""], "inch", "inches"),
    Unit(&["ft", "ft.", "'"], "foot", "feet"),
    Unit(&["yd"], "yard", "yards"),
    Unit(&["mm²", "mm2"], "square millimetre", "square millimetres"),
    Unit(&["cm²", "cm2"], "square centimetre", "square centimetres"),
    Unit(&["m²", "m2"], "square metre", "square metres"),
    Unit(&["in²", "sq-in"], "square inch", "square inches"),
    Unit(&["cm³", "cm3", "cc"], "cubic centimetre", "cubic centimetres"),
    Unit(&["m³", "m3"], "cubic metre", "cubic metres"),
    Unit(&["in³", "cu-in"], "cubic inch", "cubic inches"),
    Unit(&["L", "l"], "litre", "litres"),
    Unit(&["mL", "ml"], "millilitre", "millilitres"),
    Unit(&["gal", "gal."], "gallon", "gallons"),
    Unit(&["qt", "qt."], "quart", "quarts"),
    Unit(&["pt", "pt."], "pint", "pints"),
    Unit(&["fl-oz"], "fluid ounce", "fluid ounces"),
    // Mass and force
    Unit(&["kg"], "kilogram", "kilograms"),
    Unit(&["g"], "gram", "grams"),
    Unit(&["mg"], "milligram", "milligrams"),
    Unit(&["lb", "lbs", "lb.", "lbs."], "pound", "pounds"),
    Unit(&["lbf"], "pound force", "pounds force"),
    Unit(&["oz", "oz."], "ounce", "ounces"),
    Unit(&["N"], "newton", "newtons"),
    Unit(&["kN"], "kilonewton", "kilonewtons"),
    // Pressure
    Unit(&["psi", "PSI", "lb/in²"], "P S I", "P S I"),
    Unit(&["psig"], "P S I gauge", "P S I gauge"),
    Unit(&["bar"], "bar", "bar"),
    Unit(&["mbar"], "millibar", "millibars"),
    Unit(&["Pa"], "pascal", "pascals"),
    Unit(&["kPa"], "kilopascal", "kilopascals"),
    Unit(&["MPa"], "megapascal", "megapascals"),
    Unit(&["inHg", "in-Hg"], "inch of mercury", "inches of mercury"),
    Unit(&["mmHg"], "millimetre of mercury", "millimetres of mercury"),
    // Temperature and angle
    Unit(&["°C", "degC"], "degree Celsius", "degrees Celsius"),
    Unit(&["°F", "degF"], "degree Fahrenheit", "degrees Fahrenheit"),
    Unit(&["°", "deg", "deg."], "degree", "degrees"),
    // Electricity
    Unit(&["V"], "volt", "volts"),
    Unit(&["mV"], "millivolt", "millivolts"),
    Unit(&["kV"], "kilovolt", "kilovolts"),
    Unit(&["VDC", "Vdc"], "volt D C", "volts D C"),
    Unit(&["VAC", "Vac"], "volt A C", "volts A C"),
    Unit(&["A"], "ampere", "amperes"),
    Unit(&["mA"], "milliampere", "milliamperes"),
    Unit(&["Ah", "A·h"], "ampere hour", "ampere hours"),
    Unit(&["mAh"], "milliampere hour", "milliampere hours"),
    Unit(&["W"], "watt", "watts"),
    Unit(&["kW"], "kilowatt", "kilowatts"),
    Unit(&["kWh"], "kilowatt hour", "kilowatt hours"),
    Unit(&["kVA"], "kilovolt ampere", "kilovolt amperes"),
    Unit(&["hp", "HP"], "horsepower", "horsepower"),
    Unit(&["Ω"], "ohm", "ohms"),
    Unit(&["mΩ"], "milliohm", "milliohms"),
    Unit(&["kΩ"], "kilohm", "kilohms"),
    Unit(&["MΩ"], "megohm", "megohms"),
    Unit(&["µF", "uF"], "microfarad", "microfarads"),
    // Time, speed and flow
    Unit(&["ms"], "millisecond", "milliseconds"),
    Unit(&["s", "sec", "sec."], "second", "seconds"),
    Unit(&["min", "min."], "minute", "minutes"),
    Unit(&["h", "hr", "hrs", "hr.", "hrs."], "hour", "hours"),
    Unit(&["Hz"], "hertz", "hertz"),
    Unit(&["kHz"], "kilohertz", "kilohertz"),
    Unit(&["MHz"], "megahertz", "megahertz"),
    Unit(&["GHz"], "gigahertz", "gigahertz"),
    Unit(&["rpm", "RPM", "r/min"], "revolution per minute", "revolutions per minute"),
    Unit(&["m/s"], "metre per second", "metres per second"),
    Unit(&["mm/s"], "millimetre per second", "millimetres per second"),
    Unit(&["mm/min"], "millimetre per minute", "millimetres per minute"),
    Unit(&["km/h", "kph"], "kilometre per hour", "kilometres per hour"),
    Unit(&["mph", "MPH"], "mile per hour", "miles per hour"),
    Unit(&["L/min", "l/min", "lpm", "LPM"], "litre per minute", "litres per minute"),
    Unit(&["L/h", "l/h"], "litre per hour", "litres per hour"),
    Unit(&["m³/h"], "cubic metre per hour", "cubic metres per hour"),
    Unit(&["gpm", "GPM", "gal/min"], "gallon per minute", "gallons per minute"),
    Unit(&["gph", "GPH"], "gallon per hour", "gallons per hour"),
    Unit(&["cfm", "CFM"], "cubic foot per minute", "cubic feet per minute"),
    Unit(&["kg/h"], "kilogram per hour", "kilograms per hour"),
    // Shares
    Unit(&["%"], "percent", "percent"),
    Unit(&["ppm"], "part per million", "parts per million"),
    Unit(&["dB"], "decibel", "decibels"),
    Unit(&["dBA", "dB(A)"], "decibel A", "decibels A"),
    Unit(&["cSt"], "centistoke", "centistokes"),
    Unit(&["µs"], "microsecond", "microseconds"),
];

/// The singular and plural name of a unit.
pub(super) fn called(symbol: &str) -> Option<(&'static str, &'static str)> {
    UNITS.iter().find(|Unit(symbols, ..)| symbols.contains(&symbol)).map(|Unit(_, one, many)| (*one, *many))
}

/// Words after which "12 in" is a length and not the beginning of "12 in the box".
const AFTER_INCHES: &[&str] = &[
    "and", "bolt", "by", "deep", "diameter", "drive", "from", "high", "hole", "hose", "long", "of", "or", "pipe",
    "socket", "thick", "to", "tube", "wide", "wrench", "x",
];

/// Things whose size a measure describes: a 10 millimetre socket.
const THINGS: &[&str] = &[
    "battery", "bit", "bolt", "bolts", "cable", "drive", "engine", "fitting", "fuse", "gasket", "hole", "holes",
    "hose", "key", "line", "motor", "nut", "nuts", "pipe", "relay", "screw", "screws", "socket", "stud", "studs",
    "supply", "system", "tube", "washer", "washers", "wire", "wrench",
];

/// Whether a word, possibly followed by punctuation, names such a thing.
pub(super) fn is_thing(word: &str) -> bool {
    THINGS.contains(&word.trim_end_matches([',', '.', ';', ':', ')', '?', '!']))
}

/// Whether a symbol that is also a word is a unit before this word.
pub(super) fn is_unit_before(symbol: &str, next: Option<&str>) -> bool {
    match (symbol, next) {
        ("in", Some(next)) => !next.starts_with(char::is_lowercase) || AFTER_INCHES.contains(&next),
        // "Step 3 A technician": a unit is not followed by what it would be the article of.
        ("A", Some(next)) => !next.starts_with(char::is_lowercase) || AFTER_INCHES.contains(&next) || next == "fuse",
        _ => true,
    }
}
