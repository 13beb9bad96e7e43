//! A doctor with time: opens every page that links and search forms lead to.

use std::collections::{HashMap, HashSet, VecDeque};

use scraper::{Html, Selector};

use super::browser::Browser;
use super::page::Page;

/// What is typed into a search box that is met on the way.
const TYPED: &[&str] = &["a", "diabete", "zimox", "amoxicillina 1g", "esame"];

/// Opens everything reachable from `starts`, at most `each` addresses of the same shape (row ids and values put aside).
/// Answers the pages, redirects followed, each with the address it was asked by.
pub async fn crawl(doctor: &Browser, starts: &[String], each: usize) -> Vec<(String, Page)> {
    let mut queue: VecDeque<String> = starts.iter().cloned().collect();
    let mut seen = HashSet::new();
    let mut shapes: HashMap<String, usize> = HashMap::new();
    let mut pages = Vec::new();
    while let Some(address) = queue.pop_front() {
        if !seen.insert(address.clone()) {
            continue;
        }
        let count = shapes.entry(shape(&address)).or_default();
        if *count >= each {
            continue;
        }
        *count += 1;
        let page = doctor.get(&address).await;
        queue.extend(page.links("a[href]").iter().filter_map(|href| ours(&address, href)));
        queue.extend(searches(&address, &page));
        pages.push((address, page));
    }
    pages
}

/// The address with row ids and values put aside: two of the same shape are served by the same code.
fn shape(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path: Vec<&str> =
        path.split('/').map(|part| if part.chars().all(|c| c.is_ascii_digit()) { "0" } else { part }).collect();
    let keys: Vec<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    format!("{}?{}", path.join("/"), keys.join("&"))
}

/// A link of the portal, without its fragment; `None` for static files and other sites.
fn ours(here: &str, href: &str) -> Option<String> {
    let href = href.split('#').next().unwrap_or_default();
    if let Some(query) = href.strip_prefix('?') {
        return Some(format!("{}?{query}", here.split('?').next().unwrap_or_default()));
    }
    (href.starts_with('/') && !href.starts_with("/static/")).then(|| href.to_owned())
}

/// What the search forms of a page would ask for, each box filled with [`TYPED`].
fn searches(here: &str, page: &Page) -> Vec<String> {
    let html = Html::parse_document(&page.body);
    let forms = Selector::parse("form").unwrap();
    let inputs = Selector::parse("input[name], select[name]").unwrap();
    let mut found = Vec::new();
    for form in html.select(&forms).filter(|form| form.attr("method").is_none_or(|m| m.eq_ignore_ascii_case("get"))) {
        let action = form.attr("action").filter(|action| !action.is_empty()).unwrap_or(here);
        let action = action.split('?').next().unwrap_or_default();
        for typed in TYPED {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for input in form.select(&inputs) {
                let (name, kind) = (input.attr("name").unwrap_or_default(), input.attr("type").unwrap_or("text"));
                match kind {
                    "search" => query.append_pair(name, typed),
                    "hidden" => query.append_pair(name, input.attr("value").unwrap_or_default()),
                    "radio" if input.attr("checked").is_some() => {
                        query.append_pair(name, input.attr("value").unwrap_or("on"))
                    }
                    _ => &mut query,
                };
            }
            found.push(format!("{action}?{}", query.finish()));
        }
    }
    found
}
