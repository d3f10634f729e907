//! Reading an answer, believing none of it.
//!
//! An item that is no good is dropped and counted; the rest of the answer stands. A finding counts where its
//! quote stands in the submission: the file's own text becomes its anchor, whatever the model wrote.

use super::earlier;
use super::schema::{Defect, Fate, Grade};
use super::window::Window;
use crate::judged_lines::judged_lines;
use crate::wording::cut;
use gansauditor_audit::domain::{
    Coverage, FileReading, Finding, Location, ReadingClass, Reported, Score, Severity, Usage,
    WorkFile,
};
use gansauditor_audit::ports::JudgeReport;
use gansauditor_audit::rubric::Rubric;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Most findings that are read of one answer.
const MAX_FINDINGS: usize = 300;
/// Lines of a quote that are looked at.
const MAX_QUOTE_LINES: usize = 10;
/// Longest texts that are kept, in characters.
const MAX_MESSAGE: usize = 1_000;
const MAX_NAME: usize = 200;
const MAX_SUMMARY: usize = 4_000;

/// What an answer is read against.
pub(super) struct Asked<'a> {
    /// What the model was shown.
    pub(super) window: &'a Window<'a>,
    /// The dimensions it was to grade.
    pub(super) rubric: &'a Rubric,
    /// All earlier findings, also those that were not shown.
    pub(super) earlier: &'a [Finding],
}

/// An answer that was read.
pub(super) struct Read {
    /// What it reports. Its provenance and usage are still empty.
    pub(super) report: JudgeReport,
    /// Items that were dropped.
    pub(super) dropped: usize,
}

/// The JSON object in a text: the text itself, or its widest part in braces.
pub(super) fn object(text: &str) -> Result<Value, String> {
    let widest = || {
        let (start, end) = (text.find('{')?, text.rfind('}')?);
        text.get(start..=end)
    };
    let json = serde_json::from_str(text.trim()).or_else(|error| match widest() {
        Some(part) => serde_json::from_str(part),
        None => Err(error),
    });
    match json {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("it is not a JSON object".to_owned()),
        Err(error) => Err(format!("it is not JSON: {error}")),
    }
}

/// Reads an answer. The error says what is wrong with it as a whole.
pub(super) fn read(value: &Value, asked: &Asked<'_>) -> Result<Read, String> {
    let mut dropped = 0;
    let scores = scores(
        items(value, "scores", &mut dropped),
        asked.rubric,
        &mut dropped,
    );
    if scores.is_empty() {
        return Err("it grades no dimension of the rubric in `scores`".to_owned());
    }
    let not_assessed: Vec<String> = items(value, "not_assessed", &mut dropped);
    let left = |file: &WorkFile| not_assessed.iter().any(|path| names(path, file));
    let covered: Vec<String> = asked
        .window
        .files
        .iter()
        .filter(|file| !left(file))
        .map(|file| file.path.clone())
        .collect();
    let fates: Vec<Fate> = items(value, "earlier", &mut dropped);
    let again = earlier::still_there(asked, &fates, &covered);
    let mut findings = again.clone();
    let defects: Vec<Defect> = items(value, "findings", &mut dropped);
    dropped += defects.len().saturating_sub(MAX_FINDINGS);
    for defect in defects.into_iter().take(MAX_FINDINGS) {
        match located(defect, &asked.window.files) {
            Some(finding) if again.iter().any(|known| earlier::is_same(known, &finding)) => {}
            Some(finding) => findings.push(finding),
            None => dropped += 1,
        }
    }
    let readings = readings(asked.window, &covered);
    let summary = value.get("summary").and_then(Value::as_str);
    let report = JudgeReport {
        scores,
        findings,
        coverage: Coverage::Whole,
        readings,
        summary: cut(summary.unwrap_or_default().to_owned(), MAX_SUMMARY),
        usage: Usage::default(),
        provenance: String::new(),
        checks: Vec::new(),
        remarks: Vec::new(),
    };
    Ok(Read { report, dropped })
}

/// The items of a list, one by one.
fn items<T: DeserializeOwned>(value: &Value, field: &str, dropped: &mut usize) -> Vec<T> {
    let list = value.get(field).and_then(Value::as_array);
    let mut items = Vec::new();
    for item in list.into_iter().flatten() {
        match T::deserialize(item) {
            Ok(item) => items.push(item),
            Err(_) => *dropped += 1,
        }
    }
    items
}

/// The first usable grade of each dimension, in the rubric's order.
fn scores(grades: Vec<Grade>, rubric: &Rubric, dropped: &mut usize) -> Vec<(String, Score)> {
    let known = |name: &str| rubric.dimensions.iter().any(|d| d.name == name);
    *dropped += grades.iter().filter(|g| !known(&g.dimension)).count();
    rubric
        .dimensions
        .iter()
        .filter_map(|dimension| {
            let grade = grades.iter().find(|g| g.dimension == dimension.name)?;
            // A grade off the scale is on another scale.
            let score = grade.score.filter(|score| (0.0..=100.0).contains(score))?;
            Some((dimension.name.clone(), Score::clamped(score)))
        })
        .collect()
}

/// What the model made of each file; the host calls the review partial where one was not read.
fn readings(window: &Window<'_>, covered: &[String]) -> Vec<FileReading> {
    let unread = |path: &str, why: &str| FileReading::apart(path, ReadingClass::Unread, why);
    let shown = window.files.iter().map(|file| {
        if covered.contains(&file.path) {
            FileReading::graded(&file.path)
        } else {
            unread(&file.path, "the model could not assess it")
        }
    });
    let cut = window
        .too_long
        .iter()
        .map(|path| unread(path, "it does not fit into what the model reads at once"));
    shown.chain(cut).collect()
}

/// The path a model wrote means this file.
fn names(written: &str, file: &WorkFile) -> bool {
    let bare = |path: &str| -> String {
        let path = path.trim().replace('\\', "/");
        let path = path.trim_start_matches("./");
        path.to_owned()
    };
    let written = bare(written);
    let path = bare(&file.path);
    let beside_diff = |prefix| {
        written
            .strip_prefix(prefix)
            .is_some_and(|rest| rest == path)
    };
    written == path || beside_diff("a/") || beside_diff("b/") || written == format!("/{path}")
}

/// The finding of a defect, where it stands; `None` when it is about nothing that is under review.
fn located(defect: Defect, files: &[&WorkFile]) -> Option<Reported> {
    let message = cut(defect.message.trim().to_owned(), MAX_MESSAGE);
    if message.is_empty() {
        return None;
    }
    let path = defect
        .path
        .as_deref()
        .map(str::trim)
        .filter(|path| !path.is_empty());
    let quote = defect.quote.as_deref().unwrap_or_default();
    let claimed = defect
        .line
        .filter(|line| *line >= 1.0)
        .map(|line| line as u32);
    let mut severity = defect.severity;
    let (location, anchor) = match path {
        None => {
            // Nothing in the code shows it.
            severity = severity.min(Severity::Major);
            (None, String::new())
        }
        Some(path) => {
            let file = files
                .iter()
                .find(|file| file.path == path)
                .or_else(|| files.iter().find(|file| names(path, file)))?;
            let place = Place::of_quote(file, quote, claimed);
            if place.is_none() {
                // What cannot be shown in the code proves nothing, so it ends no loop by itself.
                severity = severity.min(Severity::Major);
            }
            let place = place.or_else(|| Place::of_line(file, claimed?));
            match place {
                None => (Some(whole_file(file)), String::new()),
                Some(place) => {
                    let (line, end) = judged_lines(&file.extent, (place.first, place.last))?;
                    let location = Location {
                        path: file.path.clone(),
                        line: Some(line),
                        end_line: Some(end),
                    };
                    (Some(location), place.anchor)
                }
            }
        }
    };
    let optional = |text: Option<String>, most| {
        text.map(|text| cut(text.trim().to_owned(), most))
            .filter(|text| !text.is_empty())
    };
    Some(Reported {
        rule: None,
        category: defect.category,
        severity,
        cwe: defect
            .cwe
            .filter(|cwe| (1.0..100_000.0).contains(cwe))
            .map(|cwe| cwe as u32),
        message,
        advice: optional(defect.advice, MAX_MESSAGE),
        location,
        symbol: optional(defect.symbol, MAX_NAME),
        anchor,
    })
}

fn whole_file(file: &WorkFile) -> Location {
    Location {
        path: file.path.clone(),
        line: None,
        end_line: None,
    }
}

/// Lines of a file's text, from 1, with what they hold.
pub(super) struct Place {
    /// The first one.
    pub(super) first: u32,
    /// The last one.
    pub(super) last: u32,
    /// Their text.
    pub(super) anchor: String,
}

impl Place {
    /// Where the lines of a quote stand one after the other, white space around them aside; of several places
    /// the one nearest to the claimed line.
    pub(super) fn of_quote(file: &WorkFile, quote: &str, claimed: Option<u32>) -> Option<Self> {
        let wanted: Vec<&str> = quote
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .take(MAX_QUOTE_LINES)
            .collect();
        let first_wanted = wanted.first()?;
        let lines: Vec<&str> = file.text.lines().collect();
        let stands_at = |start: usize| {
            let mut at = start;
            for (index, line) in wanted.iter().enumerate() {
                if index > 0 {
                    while lines.get(at).is_some_and(|line| line.trim().is_empty()) {
                        at += 1;
                    }
                }
                // The first and the last line may be quoted in part.
                if !lines.get(at)?.contains(line) {
                    return None;
                }
                at += 1;
            }
            Some(at)
        };
        let claimed = claimed.map_or(0, |line| line as usize - 1);
        let (start, end) = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.contains(first_wanted))
            .filter_map(|(start, _)| Some((start, stands_at(start)?)))
            .min_by_key(|(start, _)| (start.abs_diff(claimed), *start))?;
        let anchor: Vec<&str> = lines[start..end].iter().map(|line| line.trim()).collect();
        Some(Self {
            first: number(start),
            last: number(end - 1),
            anchor: anchor.join("\n"),
        })
    }

    /// A line of the text, if there is one of that number that holds something.
    fn of_line(file: &WorkFile, line: u32) -> Option<Self> {
        let anchor = file.text.lines().nth(line as usize - 1)?.trim();
        (!anchor.is_empty()).then(|| Self {
            first: line,
            last: line,
            anchor: anchor.to_owned(),
        })
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}
