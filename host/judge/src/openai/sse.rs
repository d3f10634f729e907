//! Server-sent events, as bytes come in.
//!
//! Written here because the reader stands between us and a server we do not trust: it takes time linear in
//! what comes in, however it is cut into chunks and lines, and holds no more than [`MAX_EVENT`] bytes.

/// Longest event, in bytes. The last one repeats the whole answer, escaped.
pub(super) const MAX_EVENT: usize = 8 << 20;

/// An event was longer than [`MAX_EVENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// Reads a stream of events. Only their data is of interest: what kind of event it is stands in there too, and
/// not every server sends the field `event`.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// Data of the event that has not ended yet, each line with a line end.
    data: Vec<u8>,
    /// The last line ended with a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    /// The first line is over, which alone may begin with a byte order mark.
    begun: bool,
}

impl Events {
    /// Takes the next bytes, and adds the data of every event that ends with them.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        ended: &mut Vec<String>,
    ) -> Result<(), TooLong> {
        if std::mem::take(&mut self.after_return) {
            match bytes {
                [b'\n', rest @ ..] => bytes = rest,
                [] => self.after_return = true,
                _ => {}
            }
        }
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.keep(&bytes[..end])?;
            let line = std::mem::take(&mut self.line);
            self.line(&line, ended)?;
            self.line = line;
            self.line.clear();
            let returned = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            if returned {
                match bytes {
                    [b'\n', rest @ ..] => bytes = rest,
                    [] => self.after_return = true,
                    _ => {}
                }
            }
        }
        self.keep(bytes)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        self.check(bytes.len())?;
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn check(&self, more: usize) -> Result<(), TooLong> {
        if self.line.len() + self.data.len() + more > MAX_EVENT {
            return Err(TooLong);
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8], ended: &mut Vec<String>) -> Result<(), TooLong> {
        let line = if std::mem::replace(&mut self.begun, true) {
            line
        } else {
            line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
        };
        if line.is_empty() {
            // The line end of the last line is none of the data; no line at all is no event.
            if self.data.pop().is_some() && !self.data.is_empty() {
                ended.push(String::from_utf8_lossy(&self.data).into_owned());
            }
            self.data.clear();
            return Ok(());
        }
        let value = match line.strip_prefix(b"data") {
            Some([]) => &[][..],
            Some([b':', b' ', value @ ..] | [b':', value @ ..]) => value,
            // A comment, or a field that is not needed.
            _ => return Ok(()),
        };
        self.check(value.len() + 1)?;
        self.data.extend_from_slice(value);
        self.data.push(b'\n');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eventsource_stream::Eventsource as _;
    use futures_util::{StreamExt as _, stream};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use std::convert::Infallible;

    fn read(chunks: &[&[u8]]) -> Vec<String> {
        let mut events = Events::default();
        let mut ended = Vec::new();
        for chunk in chunks {
            events.feed(chunk, &mut ended).unwrap();
        }
        ended
    }

    #[test]
    fn data_is_read_in_every_form_the_standard_allows() {
        for (stream, data) in [
            ("data: a\n\n", vec!["a"]),
            ("data:a\r\n\r\ndata: b\r\r", vec!["a", "b"]),
            (
                "event: x\nid: 1\ndata: a\nretry: 3\nfoo: bar\nbaz\n\n",
                vec!["a"],
            ),
            (": comment\n\n:\n\ndata: a\n\n", vec!["a"]),
            ("data: {\ndata: }\n\n", vec!["{\n}"]),
            ("data:  two blanks\n\n", vec![" two blanks"]),
            ("\u{feff}data: a\n\n", vec!["a"]),
            ("data: never ended", vec![]),
            ("data: never ended\n", vec![]),
            ("event: empty\n\n", vec![]),
            ("datas: a\n\n", vec![]),
        ] {
            assert_eq!(read(&[stream.as_bytes()]), data, "{stream:?}");
        }
    }

    #[test]
    fn an_endless_event_is_an_error_and_not_kept() {
        let mut events = Events::default();
        let chunk = vec![b'x'; 1 << 20];
        let mut ended = Vec::new();
        let mut fed = 0;
        while events.feed(&chunk, &mut ended).is_ok() {
            fed += 1;
        }
        assert_eq!(fed, MAX_EVENT >> 20);
        let mut events = Events::default();
        let mut fed = 0;
        while events.feed(b"data: 0123456789\n", &mut ended).is_ok() {
            fed += 1;
        }
        assert!(fed <= MAX_EVENT / 11);
        assert!(ended.is_empty());
    }

    /// What a server may send: pieces that mean something, pieces that nearly do, and any text.
    fn any_stream() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => select(vec!["data: ", "data:", "data", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", ":", "event: ", "id: ", " ", "\u{feff}"])
                .prop_map(str::to_owned),
            1 => "[a-zäß€🦀{}\":]{1,8}",
        ];
        vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    fn chunked<'a>(stream: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
        let mut rest = stream;
        let mut chunks = Vec::new();
        for cut in cuts {
            let (chunk, after) = rest.split_at((*cut).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        chunks.push(rest);
        chunks
    }

    proptest! {
        #[test]
        fn how_bytes_are_cut_into_chunks_changes_nothing(stream in any_stream(), cuts in vec(0..6_usize, 0..200)) {
            prop_assert_eq!(read(&chunked(stream.as_bytes(), &cuts)), read(&[stream.as_bytes()]));
        }

        /// An independent reader agrees, on streams that end in a line end; it waits for more after a return.
        #[test]
        fn another_reader_finds_the_same_events(stream in any_stream()) {
            let stream = format!("{}\n\n\n", stream.replace('\u{feff}', ""));
            let theirs = stream::iter([Ok::<_, Infallible>(stream.as_bytes().to_vec())]).eventsource();
            let theirs = futures_util::FutureExt::now_or_never(theirs.map(|event| event.unwrap().data).collect::<Vec<_>>());
            let theirs: Vec<_> = theirs.unwrap().into_iter().filter(|data| !data.is_empty()).collect();
            prop_assert_eq!(read(&[stream.as_bytes()]), theirs);
        }

        #[test]
        fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..2000)) {
            read(&[&bytes]);
        }
    }
}
