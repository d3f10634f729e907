//! Values of JSON that are read when they are what they should be, and are nothing otherwise.
//!
//! A log of an analyser is shaped by the code it analysed. With these types a wrong value costs itself alone, what is not
//! read is skipped without being held, and every list has a most.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// Longest text that is held, in bytes; the rest is cut off. A log may have one text at ten thousand results: what is
/// done with a text at each of them must cost little.
const MAX_TEXT: usize = 4 << 10;

/// A text. Numbers and truth values are texts too: tools write `"7.5"` and `7.5`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Option<String>);

/// A whole number from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) Option<u32>);

/// Yes or no.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) Option<bool>);

/// An object; a wrong value is one without fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Object<T>(pub(crate) T);

/// At most so many values of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Few<T, const MOST: usize> {
    /// The first ones.
    pub(crate) items: Vec<T>,
    /// How many more there are.
    pub(crate) more: usize,
    /// There is a list, be it empty.
    pub(crate) is_there: bool,
}

/// At most so many values by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named<T, const MOST: usize>(pub(crate) BTreeMap<String, T>);

impl Text {
    /// The text, empty when there is none.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// The text, when there is one with anything in it.
    pub(crate) fn some(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.trim().is_empty())
    }
}

impl Number {
    /// As an index.
    pub(crate) fn index(self) -> Option<usize> {
        self.0.and_then(|number| usize::try_from(number).ok())
    }
}

impl<T> std::ops::Deref for Object<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T, const MOST: usize> Default for Few<T, MOST> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            more: 0,
            is_there: false,
        }
    }
}

impl<T, const MOST: usize> Default for Named<T, MOST> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// The values of JSON that a visitor is not for: nothing, and skipped.
macro_rules! otherwise {
    ($value:expr; $($kind:ident)*) => {
        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("any value")
        }
        $(otherwise!(@$kind $value);)*
    };
    (@unit $value:expr) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok($value) }
    };
    (@bool $value:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> { Ok($value) }
    };
    (@u64 $value:expr) => {
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> { Ok($value) }
    };
    (@i64 $value:expr) => {
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> { Ok($value) }
    };
    (@f64 $value:expr) => {
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> { Ok($value) }
    };
    (@str $value:expr) => {
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> { Ok($value) }
    };
    (@seq $value:expr) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok($value)
        }
    };
    (@map $value:expr) => {
        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($value)
        }
    };
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    otherwise!(Text(None); unit seq map);

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        let end = text.floor_char_boundary(MAX_TEXT);
        Ok(Text(text.get(..end).map(str::to_owned)))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    otherwise!(Number(None); unit bool i64 f64 str seq map);

    fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
        Ok(Number(u32::try_from(value).ok()))
    }
}

struct FlagVisitor;

impl<'de> Visitor<'de> for FlagVisitor {
    type Value = Flag;

    otherwise!(Flag(None); unit u64 i64 f64 str seq map);

    fn visit_bool<E>(self, value: bool) -> Result<Flag, E> {
        Ok(Flag(Some(value)))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    otherwise!(Object::default(); unit bool u64 i64 f64 str seq);

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Object)
    }
}

struct FewVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for FewVisitor<T, MOST> {
    type Value = Few<T, MOST>;

    otherwise!(Few::default(); unit bool u64 i64 f64 str map);

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Few<T, MOST>, A::Error> {
        let mut few = Few {
            is_there: true,
            ..Few::default()
        };
        while few.items.len() < MOST {
            match list.next_element()? {
                Some(item) => few.items.push(item),
                None => return Ok(few),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            few.more += 1;
        }
        Ok(few)
    }
}

struct NamedVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for NamedVisitor<T, MOST> {
    type Value = Named<T, MOST>;

    otherwise!(Named::default(); unit bool u64 i64 f64 str seq);

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Named<T, MOST>, A::Error> {
        let mut named = BTreeMap::new();
        while named.len() < MOST {
            match object.next_entry()? {
                Some((name, value)) => named.insert(name, value),
                None => return Ok(Named(named)),
            };
        }
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Named(named))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FlagVisitor)
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Few<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FewVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Named<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamedVisitor(PhantomData))
    }
}
