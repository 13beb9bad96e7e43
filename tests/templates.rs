//! What no template may contain: text that would be read as markup or code, inline script or style, a POST form without
//! its token, a file too long to hold in mind.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// Longest template, in lines.
const LONGEST: usize = 120;
/// Widest line, in bytes: whatever counts columns, none finds more.
const WIDEST: usize = 140;

/// Every HTML template, with its text free of askama comments.
fn templates() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "html") {
                found.push((path.clone(), without_comments(&std::fs::read_to_string(path).unwrap())));
            }
        }
    }
    found
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{#") {
        out.push_str(before);
        rest = after.split_once("#}").map_or("", |(_, after)| after);
    }
    out + rest
}

/// The lines of the problems that `check` finds; a mail's HTML body has no style sheet of ours and may carry styles.
fn problems(check: impl Fn(&Path, &str) -> Vec<String>) -> Vec<String> {
    let found = templates();
    assert!(found.len() > 10, "the templates were not found");
    found
        .iter()
        .flat_map(|(path, text)| {
            check(path, text).into_iter().map(move |problem| format!("{}: {problem}", path.display()))
        })
        .collect()
}

fn is_mail(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "email")
}

/// Every tag of a template, from `<` to the `>` outside quotes and expressions.
fn tags(text: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (_, from) = rest.split_at(start);
        let end = tag_end(from);
        let (tag, after) = from.split_at(end);
        if tag.chars().nth(1).is_some_and(|c| c.is_ascii_alphabetic()) {
            tags.push(tag.to_owned());
        }
        rest = after;
    }
    tags
}

fn tag_end(text: &str) -> usize {
    let (mut quoted, mut braces, mut before) = (false, 0_u32, ' ');
    for (at, c) in text.char_indices().skip(1) {
        match (before, c) {
            ('{', '{' | '%') => braces += 1,
            ('}' | '%', '}') if braces > 0 => braces -= 1,
            (_, '"') if braces == 0 => quoted = !quoted,
            (_, '>') if !quoted && braces == 0 => return at + 1,
            _ => {}
        }
        before = c;
    }
    text.len()
}

/// Names of the attributes written in a tag (outside values and expressions).
fn attribute_names(tag: &str) -> Vec<String> {
    let mut plain = String::new();
    let (mut quoted, mut braces, mut before) = (false, 0_u32, ' ');
    for c in tag.chars() {
        match (before, c) {
            ('{', '{' | '%') => braces += 1,
            ('}' | '%', '}') if braces > 0 => braces -= 1,
            (_, '"') if braces == 0 => quoted = !quoted,
            _ if !quoted && braces == 0 && !matches!(c, '{' | '}') => plain.push(c),
            _ => {}
        }
        before = c;
    }
    plain.split_whitespace().skip(1).map(|part| part.split('=').next().unwrap().to_ascii_lowercase()).collect()
}

#[test]
fn no_template_is_too_long_or_too_wide() {
    let found = problems(|_, text| {
        let lines = text.lines().count();
        let long = (lines > LONGEST).then(|| format!("{lines} lines"));
        let wide = text.lines().filter(|line| line.len() > WIDEST).map(|line| format!("too wide: {line}"));
        long.into_iter().chain(wide).collect()
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_value_stands_in_an_unquoted_attribute() {
    let found = problems(|_, text| {
        tags(text)
            .into_iter()
            .filter(|tag| tag.contains("={{") || tag.contains("={%") || tag.contains("= {{"))
            .collect()
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn attributes_use_double_quotes_so_that_escaping_holds() {
    let found = problems(|_, text| tags(text).into_iter().filter(|tag| tag.contains("='")).collect());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_is_marked_safe() {
    let found = problems(|_, text| {
        let words: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        ["|safe", "escape(\"none\")", "{%raw"]
            .iter()
            .filter(|bad| words.contains(**bad))
            .map(ToString::to_string)
            .collect()
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn scripts_and_styles_are_files() {
    let found = problems(|path, text| {
        tags(text)
            .into_iter()
            .filter(|tag| {
                let names = attribute_names(tag);
                let inline_script =
                    tag.starts_with("<script") && !(tag.contains(" src=\"") && tag.contains(" nonce=\""));
                let handler = names.iter().any(|name| name.starts_with("on"));
                let style = !is_mail(path) && (tag.starts_with("<style") || names.iter().any(|name| name == "style"));
                inline_script || handler || style || tag.to_ascii_lowercase().contains("javascript:")
            })
            .collect()
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_script_tag_holds_no_text() {
    let found = problems(|_, text| {
        text.split("<script").skip(1).filter(|rest| !rest.contains("></script>")).map(str::to_owned).collect()
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_post_form_carries_the_token() {
    let found = problems(|_, text| {
        text.split("<form")
            .skip(1)
            .map(|rest| rest.split("</form>").next().unwrap())
            .filter(|form| {
                let post =
                    form.split('>').next().unwrap().contains("method=\"post\"") || form.contains("method=\"{% if");
                post != form.contains("::csrf()")
            })
            .map(str::to_owned)
            .collect()
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_lint_sees_what_it_looks_for() {
    let tag = "<a href=\"{{ x(\"a > b\") }}\"{% if y > 1 %} onclick=\"z\"{% endif %} class=\"q\">";
    assert_eq!(tags(&format!("text {tag}more</a>")), [tag]);
    assert_eq!(attribute_names(tag), ["href", "onclick", "class"]);
    assert_eq!(without_comments("a{# style=\"x\" #}b"), "ab");
}
