//! Small PDFs, made by the tests themselves.

use std::fmt::Write;

/// A PDF with one page per text; lines are broken as they stand.
pub fn pdf(pages: &[&str]) -> Vec<u8> {
    write(&objects(pages), "")
}

fn objects(pages: &[&str]) -> Vec<String> {
    let mut objects = vec![String::new(), String::new()];
    let mut kids = String::new();
    for page in pages {
        let mut content = String::from("BT /F1 11 Tf 14 TL 50 780 Td\n");
        for line in page.lines() {
            let escaped = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
            let _ = writeln!(content, "({escaped}) '");
        }
        content.push_str("ET");
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
        let contents = objects.len();
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {contents} 0 R \
             /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica \
             /Encoding /WinAnsiEncoding >> >> >> >>"
        ));
        let _ = write!(kids, "{} 0 R ", objects.len());
    }
    objects[0] = "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len());
    objects
}

/// A PDF of pages that hold nothing, as a scan without its image would.
pub fn blank(pages: usize) -> Vec<u8> {
    pdf(&vec![""; pages])
}

/// A PDF of `size` bytes: the pages, and a stream that nothing refers to.
pub fn padded(pages: &[&str], size: usize) -> Vec<u8> {
    let mut objects = objects(pages);
    let bare = write(&objects, "").len();
    let around = "<< /Length 000000000 >>\nstream\n\nendstream".len() + 64;
    let length = size.saturating_sub(bare + around);
    objects.push(format!("<< /Length {length:09} >>\nstream\n{}\nendstream", " ".repeat(length)));
    let mut file = write(&objects, "");
    assert!(file.len() <= size, "padding leaves no room");
    file.resize(size, b'\n');
    file
}

/// A PDF that opens only with a password: one that nobody knows.
pub fn encrypted() -> Vec<u8> {
    let mut objects = objects(&["Nobody can read this."]);
    let hash = "5A".repeat(32);
    objects.push(format!("<< /Filter /Standard /V 1 /R 2 /O <{hash}> /U <{hash}> /P -4 >>"));
    let id = "0123456789ABCDEF".repeat(2);
    write(&objects, &format!("/Encrypt {} 0 R /ID [<{id}> <{id}>]", objects.len()))
}

/// A PDF whose page shows a form that shows another ten times, and so on, twelve deep.
pub fn billion_laughs() -> Vec<u8> {
    let mut objects = objects(&["/X0 Do"]);
    objects[2] = "<< /Length 6 >>\nstream\n/X0 Do\nendstream".to_owned();
    let first = objects.len() + 1;
    objects[3] = format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R \
         /Resources << /XObject << /X0 {first} 0 R >> >> >>"
    );
    let font = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>";
    for depth in 0..12 {
        let (content, next) = match depth {
            11 => ("BT /F1 11 Tf 50 700 Td (ha ha ha ha ha ha ha ha) Tj ET".to_owned(), String::new()),
            _ => ("/X0 Do ".repeat(10), format!("/XObject << /X0 {} 0 R >>", first + depth + 1)),
        };
        objects.push(format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << {font} {next} >> /Length {} >>\n\
             stream\n{content}\nendstream",
            content.len()
        ));
    }
    write(&objects, "")
}

fn write(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let table = file.len();
    let _ = write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(file, "{place:010} 00000 n ");
    }
    let _ =
        write!(file, "trailer\n<< /Size {} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}
