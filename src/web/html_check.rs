//! What every rendered page must satisfy; used by the tests of the kit and of every slice's `sample()` pages.
#![allow(clippy::expect_used, clippy::panic, reason = "only tests call it")]

use std::collections::HashSet;

use scraper::{ElementRef, Html, Selector};

const ICONS: &str = include_str!("../../static/icons.svg");

/// Fails when a page repeats an id, has a control without a label, a label or description that points nowhere, a POST form
/// without its token, an icon that does not exist, or anything inline that the CSP forbids.
pub fn assert_sound(html: &str) {
    let page = Html::parse_document(html);
    let ids = unique_ids(&page);
    for control in select(&page, "input:not([type=hidden]), select, textarea") {
        assert!(is_labelled(&page, control), "no label: {}", control.html());
    }
    for attribute in [
        "for",
        "aria-labelledby",
        "aria-describedby",
        "popovertarget",
        "data-show",
        "data-copy",
        "data-for",
        "data-live",
    ] {
        for element in select(&page, &format!("[{attribute}]")) {
            for id in element.attr(attribute).unwrap_or_default().split_whitespace() {
                assert!(ids.contains(id), "{attribute} points to nothing: {}", element.html());
            }
        }
    }
    for link in select(&page, ".errsum a") {
        let id = link.attr("href").unwrap_or_default().trim_start_matches('#');
        assert!(ids.contains(id), "the summary links to nothing: {}", link.html());
    }
    for form in select(&page, "form") {
        let post = form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        let token = Selector::parse("input[type=hidden][name=_csrf]").expect("selector");
        assert_eq!(post, form.select(&token).next().is_some(), "token in POST forms, and only there: {}", form.html());
    }
    for icon in select(&page, "use") {
        let name = icon.attr("href").and_then(|href| href.split('#').nth(1)).unwrap_or_default();
        assert!(ICONS.contains(&format!("<symbol id=\"{name}\"")), "no icon {name}");
    }
    for element in select(&page, "*") {
        for (name, value) in element.value().attrs() {
            assert!(name != "style" && !name.starts_with("on"), "inline {name}: {}", element.html());
            assert!(!value.trim_start().to_ascii_lowercase().starts_with("javascript:"), "{}", element.html());
        }
    }
    assert!(select(&page, "style").is_empty(), "inline style sheet");
    assert!(
        select(&page, "script").iter().all(|s| s.attr("src").is_some() && s.attr("nonce").is_some()),
        "inline script"
    );
    assert_eq!(
        select(&page, "h1").len(),
        if select(&page, "dialog h1").is_empty() { 1 } else { 2 },
        "headings of the first rank"
    );
    assert!(
        !select(&page, "title").is_empty() && !html.contains("/static/assente"),
        "title, and every file used exists"
    );
}

fn unique_ids(page: &Html) -> HashSet<String> {
    let mut ids = HashSet::new();
    for element in select(page, "[id]") {
        let id = element.attr("id").unwrap_or_default();
        assert!(ids.insert(id.to_owned()), "id {id} stands twice");
    }
    ids
}

fn is_labelled(page: &Html, control: ElementRef<'_>) -> bool {
    let by_id = control.attr("id").is_some_and(|id| !select(page, &format!("label[for=\"{id}\"]")).is_empty());
    let around = control.ancestors().filter_map(ElementRef::wrap).any(|parent| parent.value().name() == "label");
    by_id || around || control.attr("aria-label").is_some() || control.attr("aria-labelledby").is_some()
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap_or_else(|_| panic!("selector {selector}"))).collect()
}
