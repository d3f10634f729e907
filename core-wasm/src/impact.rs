//! What happens if a finding stays, and what to do about one that came without advice.

use crate::model::{Category, Finding};

/// Consequence by weakness where one is given, else by category. Categories of other people's making have
/// none.
pub(crate) fn impact(finding: &Finding) -> Option<&'static str> {
    finding
        .cwe
        .and_then(of_weakness)
        .or_else(|| of_category(&finding.category))
}

/// Weaknesses that judges report most, after MITRE's list of the 25 most dangerous ones.
fn of_weakness(cwe: u32) -> Option<&'static str> {
    Some(match cwe {
        20 | 1284 => "Input that nobody expected reaches code that relies on it.",
        22 | 23 | 36 => "An attacker reads or writes files outside the intended directory.",
        77 | 78 | 88 => "An attacker runs commands on the machine.",
        79 | 80 => "An attacker runs scripts in other users' browsers.",
        89 | 564 | 943 => "An attacker reads or changes the database.",
        94 | 95 | 1336 => "An attacker runs code of their own in the process.",
        119 | 120 | 121 | 122 | 125 | 787 => "Memory is read or overwritten out of bounds.",
        190 | 191 => "A number wraps around, and what depends on it goes wrong.",
        200 | 209 | 532 => "Data becomes visible to people who should not see it.",
        250 | 269 | 732 => "Something may do more than it needs, and so may whoever takes it over.",
        287 | 306 | 862 | 863 | 639 => "Someone does what they have no right to do.",
        295 | 319 => "Someone on the network reads or changes the traffic.",
        327 | 328 | 916 => "Encrypted or hashed data can be recovered.",
        330 | 338 => "Values that must not be guessed can be guessed.",
        352 => "A foreign page makes a user's browser act in the user's name.",
        362 | 366 | 367 => "Results depend on timing and are wrong once in a while.",
        369 => "A division by zero ends the operation.",
        400 | 770 | 1333 => "A request of moderate size exhausts the service.",
        401 | 404 | 772 => "Resources run out in the long run.",
        415 | 416 => "Freed memory is used, with any consequence.",
        476 => "A missing value ends the operation.",
        502 => "An attacker's data becomes objects and code.",
        601 => "A link of yours leads users to an attacker's page.",
        611 => "An attacker reads files through an XML document.",
        798 | 259 | 321 => "Whoever has the code has the secret.",
        918 => "An attacker makes the server send requests inside its network.",
        _ => return None,
    })
}

fn of_category(category: &Category) -> Option<&'static str> {
    Some(match category {
        Category::Security => "An attacker gains what they should not have.",
        Category::Performance => "It gets slow or large where it is used in earnest.",
        Category::Style => "Readers stumble.",
        Category::Logic => "It computes something else than was asked for.",
        Category::ErrorHandling => "A failure is lost, or takes down more than it must.",
        Category::Maintainability => "The next change costs more and breaks more.",
        Category::Testing => "A fault here goes unnoticed.",
        Category::Documentation => "Users and maintainers guess.",
        Category::Architecture => "Parts that should be apart change together.",
        Category::Compatibility => "It fails on a platform or version that is supported.",
        Category::Custom(_) => return None,
    })
}

/// What to do about a finding whose judge did not say.
pub(crate) fn remedy(category: &Category) -> &'static str {
    match category {
        Category::Security => "Close this hole and add a test that fails without the fix.",
        Category::Performance => "Measure it, then remove the cost.",
        Category::Style => "Follow the conventions of the surrounding code.",
        Category::Logic => "Correct the logic and add a test that shows the difference.",
        Category::ErrorHandling => "Handle the failure: report it, or pass it on.",
        Category::Maintainability => "Simplify this part.",
        Category::Testing => "Add the missing test.",
        Category::Documentation => "Write down what is missing.",
        Category::Architecture => "Move this to where it belongs.",
        Category::Compatibility => "Use what every supported platform and version has.",
        Category::Custom(_) => "Mend this, or explain in the code why it is right.",
    }
}
