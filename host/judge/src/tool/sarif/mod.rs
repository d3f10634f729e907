//! SARIF 2.1.0, read as an analyser's findings.
//!
//! A log may have any content: the analyser read code that somebody wrote to be misread. Nothing in it is believed but
//! what fits the submission: findings are only in files that were given, at lines they have, with the text that is there.

mod log;
mod log_path;
mod loose;
mod message;
mod places;
mod rules;
mod weight;

use super::output_text::OutputText;
use super::settings::Analysis;
use crate::judged_lines::judged_lines;
use crate::wording::cut;
use gansauditor_audit::domain::{Extent, Location, Reported, WorkFile};
use log::{Component, Log, Notification, PhysicalLocation, Rule, Run, SarifResult};
use loose::Object;
pub(crate) use places::Places;
use places::{Found, Given, PlacesOf};
use rules::Rules;

/// Most findings of a run that are kept: the worst.
const MAX_FINDINGS: usize = 1000;
/// Longest rule name, message and advice, in characters.
const RULE_CHARS: usize = 160;
const TEXT_CHARS: usize = 400;
/// Longest reason why a file was not read, in characters.
const REASON_CHARS: usize = 120;
/// Paths that are named of those that fit several files.
const MAX_DOUBTFUL: usize = 3;
/// Longest address of a rule's page that is worth showing, in characters.
const URI_CHARS: usize = 160;
/// Longest anchor, in characters: what identifies a finding, not what explains it.
const ANCHOR_CHARS: usize = 200;

/// What a log says.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The findings, by place.
    pub(crate) findings: Vec<Reported>,
    /// Files the tool says it could not analyse, with its reason.
    pub(crate) unread: Vec<(String, String)>,
    /// The tool says that its run failed, and why.
    pub(crate) failure: Option<String>,
    /// Results that say nothing that can be understood.
    pub(crate) unintelligible: usize,
    /// Results that were too many.
    pub(crate) unlisted: usize,
    /// Results at a path that fits several of the files, and the first such paths.
    pub(crate) doubtful: usize,
    pub(crate) doubtful_paths: Vec<String>,
}

/// What is needed to read a log.
pub(crate) struct Reader<'a> {
    /// Name of the tool in the configuration.
    pub(crate) tool: &'a str,
    /// How it is configured.
    pub(crate) analysis: &'a Analysis,
    /// The files it was given.
    pub(crate) places: Places<'a>,
    /// Cleans its texts.
    pub(crate) text: &'a OutputText,
}

/// Where a result is.
enum Place<'f> {
    /// Nowhere in particular.
    Nowhere,
    /// In no file that was given.
    Outside,
    /// In one of several files; the path that the log names.
    Doubtful(String),
    /// In a file.
    In(&'f Given<'f>, Option<(u32, u32)>),
}

impl Reader<'_> {
    /// Reads a log; the error says why it is none.
    pub(crate) fn read(&self, log: &[u8]) -> Result<Told, String> {
        let text = String::from_utf8_lossy(log);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        let Object(log): Object<Log> = serde_json::from_str(text)
            .map_err(|error| self.text.beginning(&error.to_string(), 200))?;
        if log.runs.items.is_empty() {
            return Err("it has no runs".to_owned());
        }
        if log
            .version
            .some()
            .is_some_and(|version| !version.starts_with("2.1"))
        {
            return Err(format!(
                "its version is {}, and 2.1.0 is read",
                self.text.beginning(log.version.as_str(), 20)
            ));
        }
        let mut told = Told {
            unlisted: log.runs.more,
            ..Told::default()
        };
        for run in &log.runs.items {
            self.run(run, &mut told);
        }
        told.findings
            .sort_by(|a, b| (&a.location, &a.rule).cmp(&(&b.location, &b.rule)));
        Ok(told)
    }

    fn run(&self, run: &Run, told: &mut Told) {
        let places = self.places.of(run);
        self.invocations(run, &places, told);
        if !run.results.is_there && told.failure.is_none() {
            // The standard: no list of results means that there was no scan.
            told.failure = Some("its log has no list of results".to_owned());
        }
        told.unlisted += run.results.more;
        let rules = Rules::of(run);
        let mut findings = Vec::new();
        for result in &run.results.items {
            if !is_reported(result) {
                continue;
            }
            let (id, described) = rules.of_result(result);
            if id.is_none() && result.message.text.some().is_none() {
                told.unintelligible += 1;
                continue;
            }
            let finding = match place(result, &places) {
                Place::Outside => continue,
                Place::Doubtful(path) => {
                    told.doubtful += 1;
                    let path = self.text.beginning(&path, REASON_CHARS);
                    if told.doubtful_paths.len() < MAX_DOUBTFUL
                        && !told.doubtful_paths.contains(&path)
                    {
                        told.doubtful_paths.push(path);
                    }
                    continue;
                }
                Place::Nowhere => self.finding(result, id, described, run, None),
                Place::In(file, lines) => {
                    if !concerns(file.file, lines) {
                        continue;
                    }
                    self.finding(result, id, described, run, Some((file, lines)))
                }
            };
            findings.push(finding);
        }
        // Stable: of equals, those the tool named first.
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        told.unlisted += findings.len().saturating_sub(MAX_FINDINGS);
        findings.truncate(MAX_FINDINGS);
        told.findings.append(&mut findings);
    }

    /// What the tool says of its own running.
    fn invocations(&self, run: &Run, places: &PlacesOf<'_, '_>, told: &mut Told) {
        for invocation in &run.invocations.items {
            let notifications: Vec<(&str, &Notification)> = invocation
                .tool_execution_notifications
                .items
                .iter()
                .chain(&invocation.tool_configuration_notifications.items)
                .map(|one| (one.level.some().unwrap_or("warning"), &**one))
                .filter(|(level, _)| matches!(*level, "error" | "warning"))
                .collect();
            let before = told.unread.len();
            // A warning about a file counts like an error: ESLint warns of files that it ignores, Semgrep of those it
            // can only parse in part.
            for (_, notification) in &notifications {
                let text = message::text(&notification.message, None);
                let reason = self.text.beginning(&text, REASON_CHARS).replace('\n', " ");
                let located = notification
                    .locations
                    .items
                    .iter()
                    .filter_map(|one| places.file(&one.physical_location.artifact_location));
                let mut files: Vec<&Given<'_>> = located.collect();
                if notification.locations.items.is_empty() {
                    files.extend(places.named_in(&text));
                }
                for given in files {
                    let path = &given.file.path;
                    if !told.unread.iter().any(|(known, _)| known == path) {
                        told.unread.push((path.clone(), reason.clone()));
                    }
                }
            }
            // Where the failure is about files, the others were analysed.
            let says_failed = invocation.execution_successful.0 == Some(false);
            if says_failed && told.unread.len() == before && told.failure.is_none() {
                let reason = notifications
                    .iter()
                    .filter(|(level, _)| *level == "error")
                    .map(|(_, notification)| message::text(&notification.message, None))
                    .find(|reason| !reason.is_empty())
                    .unwrap_or_else(|| "it does not say why".to_owned());
                told.failure = Some(self.text.beginning(&reason, TEXT_CHARS));
            }
        }
    }

    fn finding(
        &self,
        result: &SarifResult,
        id: Option<&str>,
        described: Option<(&Rule, &Component)>,
        run: &Run,
        place: Option<(&Given<'_>, Option<(u32, u32)>)>,
    ) -> Reported {
        let rule = described.map(|(rule, _)| rule);
        let id = self.text.beginning(id.unwrap_or("unnamed"), RULE_CHARS);
        let mut message = self.text.clean(&message::text(&result.message, described));
        if message.is_empty() {
            message = rule
                .map(|rule| {
                    self.text
                        .clean(&message::text(&rule.short_description, None))
                })
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| id.clone());
        }
        let cwe = weight::cwe(result, rule, run);
        Reported {
            rule: Some(format!("{}/{id}", self.tool)),
            category: weight::category(result, rule, cwe, &self.analysis.category),
            severity: weight::severity(result, rule, &self.analysis.levels),
            cwe,
            advice: self.advice(result, rule, &message),
            message: cut(message, TEXT_CHARS),
            location: place.map(|(file, lines)| Location {
                path: file.file.path.clone(),
                line: lines.map(|(first, _)| first),
                end_line: lines.map(|(_, last)| last),
            }),
            symbol: None,
            anchor: place
                .and_then(|(file, lines)| anchor(file, lines?.0))
                .unwrap_or_default(),
        }
    }

    /// What to do: how the tool would mend it, or else what it says of the rule; and where to read on.
    fn advice(&self, result: &SarifResult, rule: Option<&Rule>, message: &str) -> Option<String> {
        let fixes = result.fixes.items.iter().map(|fix| &fix.description);
        let of_rule = rule
            .into_iter()
            .flat_map(|rule| [&rule.help, &rule.full_description, &rule.short_description]);
        let text = fixes
            .chain(of_rule)
            .map(|text| self.text.clean(&message::text(text, None)))
            .filter(|text| !message::is_template(text))
            .map(without_heading)
            .find(|text| !text.is_empty() && text != message)
            .map(|text| cut(text, TEXT_CHARS));
        let page = rule
            .and_then(|rule| rule.help_uri.some())
            .map(str::trim)
            .filter(|uri| uri.starts_with("https://") || uri.starts_with("http://"))
            .filter(|uri| {
                uri.len() <= URI_CHARS
                    && !uri.contains(|c: char| c.is_whitespace() || c.is_control())
            })
            .map(|uri| format!("See {uri}"));
        match (text, page) {
            (Some(text), Some(page)) => Some(format!("{text}\n{page}")),
            (text, page) => text.or(page),
        }
    }
}

/// Where a result is: in the first file that it names for certain.
fn place<'p>(result: &SarifResult, places: &PlacesOf<'p, 'p>) -> Place<'p> {
    let mut place = Place::Nowhere;
    for location in &result.locations.items {
        let physical: &PhysicalLocation = &location.physical_location;
        let artifact = &physical.artifact_location;
        if artifact.uri.some().is_none() && artifact.index.0.is_none() {
            continue;
        }
        match places.find(artifact) {
            Found::File(file) => return Place::In(file, lines(physical, file)),
            Found::Doubtful => place = Place::Doubtful(artifact.uri.as_str().to_owned()),
            Found::Outside => {
                if matches!(place, Place::Nowhere) {
                    place = Place::Outside;
                }
            }
        }
    }
    place
}

/// Whether a result is a defect that is there. What the code under audit silences is reported; what the operator's
/// baseline silences is not.
fn is_reported(result: &SarifResult) -> bool {
    let silenced = result.suppressions.items.iter().any(|one| {
        one.kind.as_str() == "external" && matches!(one.status.as_str(), "" | "accepted")
    });
    !silenced
        && !matches!(result.kind.as_str(), "pass" | "notApplicable")
        && result.baseline_state.as_str() != "absent"
}

/// Whether a place is among the lines to be judged. A place without lines is the file as a whole.
fn concerns(file: &WorkFile, lines: Option<(u32, u32)>) -> bool {
    match lines {
        Some(lines) => judged_lines(&file.extent, lines).is_some(),
        None => file.extent == Extent::Whole,
    }
}

/// First and last line of a place, when the file has the first.
fn lines(place: &PhysicalLocation, file: &Given<'_>) -> Option<(u32, u32)> {
    let region = &place.region;
    let count = u32::try_from(file.lines.len()).unwrap_or(u32::MAX);
    let first = match region.start_line.0? {
        // Behind the last line: the end of the file.
        end if count > 0 && end == count.saturating_add(1) => count,
        first => first,
    };
    file.line(first)?;
    let last = region.end_line.0.unwrap_or(first);
    // An end before the first character of a line is at the end of the line before.
    let last = if region.end_column.0 == Some(1) && last > first {
        last - 1
    } else {
        last
    };
    Some((first, last.clamp(first, count)))
}

/// The text at a line that identifies what is there.
fn anchor(file: &Given<'_>, line: u32) -> Option<String> {
    Some(file.line(line)?.trim().chars().take(ANCHOR_CHARS).collect())
}

/// A description without the heading it begins with.
fn without_heading(text: String) -> String {
    match text.split_once('\n') {
        Some((heading, rest)) if heading.starts_with('#') => rest.trim_start().to_owned(),
        _ => text,
    }
}
