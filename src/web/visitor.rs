//! The guard of the few pages that are open to whoever comes.

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::NaiveDateTime;

use crate::identity::sessions::LiveSession;
use crate::site::Site;
use crate::web::error::AppError;
use crate::web::guards::{NO_SESSION, live, shell_of, site_of};
use crate::web::posted::{Guard, MadeIn};
use crate::web::session_store::DOWN;
use crate::web::shell::Shell;

/// Anybody, for the pages before login.
pub struct Visitor {
    /// Page surroundings for this request.
    pub shell: Shell,
    /// The shared program.
    pub site: Site,
    /// Who is signed in, when somebody is.
    pub user: Option<LiveSession>,
    session: Session,
}

impl Visitor {
    /// Now, UTC.
    pub fn now(&self) -> NaiveDateTime {
        self.site.clock.now()
    }

    /// The session, for login.
    pub const fn session(&self) -> &Session {
        &self.session
    }
}

impl FromRequest for Visitor {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let session = req.get_session();
        if session.contains_key(DOWN) {
            return std::future::ready(Err(AppError::Unavailable(NO_SESSION)));
        }
        let user = live(&session);
        let visitor = site_of(req).and_then(|site| {
            let shell = shell_of(req, &site, &session, None)?;
            Ok(Self { shell, site, user, session })
        });
        std::future::ready(visitor)
    }
}

impl Guard for Visitor {
    const FORMS: MadeIn = MadeIn::Entrance;
}
