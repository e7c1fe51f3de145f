#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn launch() -> Launch {
    Launch {
        memory_bytes: 1 << 30,
        cpu_seconds: 7,
        read: vec!["/models".into(), "/a b".into()],
        write: vec!["/tmp/x".into()],
        program: "program".into(),
        args: vec!["-c".into(), "line\nline".into(), String::new().into()],
    }
}

#[test]
fn a_launch_survives_its_arguments() {
    assert_eq!(Launch::from_args(launch().to_args().into_iter()), Some(launch()));
    for cut in 0..6 {
        assert_eq!(Launch::from_args(launch().to_args().into_iter().take(cut)), None, "{cut}");
    }
    let many = ["1", "1", "18446744073709551615", "0", "x"].map(OsString::from);
    assert_eq!(Launch::from_args(many.into_iter()), None);
}

#[test]
fn a_programs_own_files_are_found_wherever_links_lead() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for made in ["real/bin", "venv/bin"] {
        std::fs::create_dir_all(root.join(made)).unwrap();
    }
    std::fs::write(root.join("real/bin/python3"), "").unwrap();
    std::os::unix::fs::symlink(root.join("real/bin/python3"), root.join("venv/bin/python3")).unwrap();
    std::os::unix::fs::symlink("python3", root.join("venv/bin/python")).unwrap();
    let own = own(&root.join("venv/bin/python"));
    for expected in ["venv/bin", "venv/lib", "venv/pyvenv.cfg", "real/bin", "real/lib"] {
        assert!(own.contains(&root.join(expected)), "{expected}: {own:?}");
    }
    assert!(!own.contains(&root) && !own.contains(&root.join("venv")), "what lies beside is not its own: {own:?}");
    assert!(!super::own(Path::new("/program")).contains(&PathBuf::from("/")));
}
