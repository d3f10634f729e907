//! Names as git quotes them.

/// A name as git writes it: as it is, or as a C string with octal bytes.
pub fn unquote(name: &[u8]) -> String {
    let inner = name
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    let Some(inner) = inner else {
        return String::from_utf8_lossy(name).into_owned();
    };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    if let Some(digit) = rest.next_if(|byte| matches!(byte, b'0'..=b'7')) {
                        value = value * 8 + u32::from(digit - b'0');
                    }
                }
                bytes.push((value & 0xff) as u8);
            }
            Some(b'a') => bytes.push(0x07),
            Some(b'b') => bytes.push(0x08),
            Some(b'f') => bytes.push(0x0c),
            Some(b'n') => bytes.push(b'\n'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'v') => bytes.push(0x0b),
            Some(other) => bytes.push(other),
            None => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::unquote;
    use proptest::prelude::*;

    #[test]
    fn names_are_read_as_git_writes_them() {
        for (written, name) in [
            ("plain name", "plain name"),
            (r#""q\"\\\303\274""#, "q\"\\ü"),
            (r#""\a\b\f\n\r\t\v""#, "\u{7}\u{8}\u{c}\n\r\t\u{b}"),
            (r#""\1018""#, "A8"),
            (r#""\"#, r#""\"#),
            (r#"""#, r#"""#),
            (r#""""#, ""),
        ] {
            assert_eq!(unquote(written.as_bytes()), name, "{written}");
        }
    }

    proptest! {
        #[test]
        fn a_quoted_name_comes_out_again(name in any::<String>()) {
            let mut written = String::from("\"");
            for byte in name.bytes() {
                written.push_str(&format!("\\{byte:03o}"));
            }
            written.push('"');
            prop_assert_eq!(unquote(written.as_bytes()), name);
        }

        #[test]
        fn no_name_is_too_strange(name in any::<Vec<u8>>()) {
            let _ = unquote(&name);
            let _ = unquote(&[b"\"", &name[..], b"\""].concat());
        }
    }
}
