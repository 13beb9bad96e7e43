//! The mails of a demonstration: written to a folder instead of sent, shown here. The routes exist nowhere else.

use std::path::{Path, PathBuf};

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::delivery::pages::{DemoMail, DemoPage};
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::page::Page;
use kernel::dates;

/// How many are listed.
const MOST: usize = 50;

/// The latest mails.
pub async fn index(acting: Acting) -> Result<HttpResponse, AppError> {
    // None when this demonstration really sends its mails.
    let folder = acting.site.mail_folder.clone();
    let mails = web::block(move || folder.map(|folder| list(&folder)).unwrap_or_default()).await;
    let mails = mails.map_err(AppError::internal)?;
    acting.count().await?;
    Page::ok(DemoPage { shell: acting.shell, mails }).render()
}

/// One mail, for a mail program.
pub async fn show(acting: Acting, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let folder = acting.site.mail_folder.clone().ok_or(AppError::NotFound)?;
    let token = token.into_inner();
    // Names of ours are hexadecimal: nothing else can lead out of the folder.
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(AppError::NotFound);
    }
    let file = folder.join(format!("{token}.eml"));
    let bytes = web::block(move || std::fs::read(file)).await.map_err(AppError::internal)?;
    let bytes = bytes.map_err(|_absent| AppError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type("message/rfc822")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{token}.eml\"")))
        .body(bytes))
}

fn list(folder: &Path) -> Vec<DemoMail> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<(std::time::SystemTime, PathBuf)> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .collect();
    files.sort_by_key(|(written, _)| std::cmp::Reverse(*written));
    files.into_iter().take(MOST).filter_map(|(_, path)| read(&path)).collect()
}

fn read(path: &Path) -> Option<DemoMail> {
    let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned();
    let header = |name: &str| {
        let line = text.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim().to_owned()).unwrap_or_default()
    };
    let enclosed = text.split("filename=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    Some(DemoMail {
        token: path.file_stem()?.to_string_lossy().into_owned(),
        to: header("To:"),
        subject: header("Subject:"),
        date: moment(&header("Date:")),
        enclosed: enclosed.to_owned(),
    })
}

/// `28/11/2026 alle 01.03`, as a clock in Italy shows it; as it stands when it cannot be read.
fn moment(date: &str) -> String {
    let Ok(read) = chrono::DateTime::parse_from_rfc2822(date) else { return date.to_owned() };
    let local = dates::to_rome(read.naive_utc());
    format!("{} alle {}", dates::long(local.date()), dates::hour(local))
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_date_is_told_as_a_clock_in_italy_shows_it() {
        assert_eq!(moment("Sat, 28 Nov 2026 00:03:03 +0000"), "28/11/2026 alle 01.03");
        assert_eq!(moment("ieri"), "ieri");
    }
}
