//! What benchmarks print.

/// KiB of a process that are in memory.
pub fn memory(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Prints the median, the 95th percentile and the greatest of these milliseconds.
pub fn print_row(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    println!("{name:<52} {:>8.1} {:>8.1} {:>8.1}", at(0.5), at(0.95), at(1.0));
}
