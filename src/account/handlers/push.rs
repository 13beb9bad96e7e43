//! Avvisi sul telefono: the doctor's devices that are told when there is something to see.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use crate::account::forms::PushForm;
use crate::account::pages::{DeviceLine, PushPage};
use crate::db::{Db, DbError};
use crate::push::{self, NewDevice};
use crate::web::entrance::{describe_device, known_device};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::FormState;
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other};
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use crate::web::{assets, paths};

const UNKNOWN: &str =
    "Questo browser usa un servizio di avvisi che il programma non conosce: avvisa chi gestisce il portale";

/// The script that receives the notices, for every page of Millelight.
pub async fn worker() -> HttpResponse {
    assets::worker("avvisi.js", "/millelight/")
}

/// The list.
pub async fn show(req: HttpRequest, doctor: Doctor) -> Result<HttpResponse, AppError> {
    render(&req, doctor, FormState::new(), StatusCode::OK).await
}

async fn render(
    req: &HttpRequest,
    doctor: Doctor,
    form: FormState,
    status: StatusCode,
) -> Result<HttpResponse, AppError> {
    let (id, sealer) = (doctor.id(), doctor.site.sealer.clone());
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        Ok((push::list_devices(conn, id)?, push::find_key(conn, &sealer)?))
    };
    let (devices, mut key) = doctor.read(read).await?;
    if key.is_none() && doctor.site.pusher.is_some() {
        let (sealer, now) = (doctor.site.sealer.clone(), doctor.now());
        let make = move |conn: &mut Db| push::make_key(conn, &sealer, now);
        key = doctor.write(make).await?;
    }
    let key = key.filter(|_| doctor.site.pusher.is_some());
    let cookie = known_device(req, &doctor.site);
    let line = |device: push::Device| DeviceLine {
        current: device.is_of(cookie.as_deref()),
        id: device.id,
        name: device.device,
        since: device.created_at,
        told: device.notified_at,
    };
    let devices: Vec<DeviceLine> = devices.into_iter().map(line).collect();
    let page = PushPage {
        here: devices.iter().any(|device| device.current),
        shell: doctor.shell.at(MenuItem::Sessions),
        form,
        key: key.map(|key| key.public()).unwrap_or_default(),
        devices,
    };
    Page::with_status(status, page).render()
}

/// Adds this device, or takes one off. One that is gone meanwhile is as good as taken off.
pub async fn update(
    req: HttpRequest,
    Posted(doctor, form): Posted<Doctor, PushForm>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (doctor.id(), doctor.now());
    if let Some(device) = form.data.togli {
        let erase = move |conn: &mut Db| push::erase(conn, id, device);
        doctor.write(erase).await?;
        doctor.flash(Flash::ok("Il dispositivo non riceve più avvisi"))?;
        return Ok(see_other(&paths::push()));
    }
    let today = doctor.today();
    let services = doctor.read(|conn: &mut Db| -> Result<_, DbError> { Ok(push::list_services(conn)?) }).await?;
    let endpoint = doctor.site.pusher.as_ref().and_then(|way| way.endpoint(&form.data.endpoint, &services, today));
    let Some(endpoint) = endpoint else {
        let mut state = FormState::new();
        state.form_error(UNKNOWN);
        return render(&req, doctor, state, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let (keys, sealer) = (doctor.site.keys.clone(), doctor.site.sealer.clone());
    let (cookie, device) = (known_device(&req, &doctor.site), describe_device(&req));
    let write = move |conn: &mut Db| -> Result<(), DbError> {
        let new = NewDevice { endpoint: endpoint.as_str(), device: &device, cookie: cookie.as_deref() };
        Ok(push::subscribe(conn, (&keys, &sealer), id, new, now)?)
    };
    doctor.write(write).await?;
    doctor.flash(Flash::ok("Gli avvisi sono attivi su questo dispositivo"))?;
    Ok(see_other(&paths::push()))
}
