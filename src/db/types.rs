//! Values that only the database layer and its callers share.

use std::fmt;
use std::ops::Add;

use diesel::dsl::Eq;
use diesel::sql_types::BigInt;
use diesel::{Expression, ExpressionMethods};

/// Whose archive a query may touch: the id of the doctor (medico titolare).
///
/// Obtained only from a guard (`web::guards`) or from a job's own row, never from a form: a query over patient data
/// without it does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner(i64);

impl Owner {
    /// The archive of the doctor with this user id. Call it where the id has been proven, nowhere else.
    pub const fn of_doctor(doctor_id: i64) -> Self {
        Self(doctor_id)
    }

    /// The doctor's user id, for `doctor_id` columns.
    pub const fn id(self) -> i64 {
        self.0
    }

    /// That rows already named by their keys, or by their patients', lie in the archive. SQLite takes an index on a plain
    /// `doctor_id = ?` for the shorter way and walks the whole archive to find fifty rows by key: a sum has no index.
    pub fn holds<C>(self, doctor_id: C) -> Eq<C::Output, i64>
    where
        C: Add<i64>,
        C::Output: ExpressionMethods + Expression<SqlType = BigInt>,
    {
        (doctor_id + 0).eq(self.0)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Gives a plain enum its text form in the database on both engines: `text_enum!(State { Draft = "BOZZA", .. })`.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text kept in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value written as `text`, if there is one.
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl<B> diesel::serialize::ToSql<diesel::sql_types::Text, B> for $name
        where
            B: diesel::backend::Backend,
            str: diesel::serialize::ToSql<diesel::sql_types::Text, B>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, B>) -> diesel::serialize::Result {
                self.as_str().to_sql(out)
            }
        }

        impl<B> diesel::deserialize::FromSql<diesel::sql_types::Text, B> for $name
        where
            B: diesel::backend::Backend,
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, B>,
        {
            fn from_sql(bytes: B::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, B>>::from_sql(bytes)?;
                Self::from_text(&text).ok_or_else(|| concat!("unknown ", stringify!($name)).into())
            }
        }
    };
}
