//! The canonical ABI of the component model, as far as the contract needs it: how a value of a type lies in a guest's
//! memory. Into it go values of the corpus; out of it come the canonical bytes that a digest is made of (`README.md`
//! one folder up defines them).

use anyhow::{Context as _, bail};
use serde_json::Value;
use wit_parser::{Int, Resolve, SizeAlign, Type, TypeDefKind};

/// A guest's memory, and the way to get more of it.
pub(crate) trait Memory {
    /// Room of this size and alignment.
    fn allocate(&mut self, size: usize, align: usize) -> anyhow::Result<usize>;
    fn write(&mut self, at: usize, bytes: &[u8]) -> anyhow::Result<()>;
    fn read(&self, at: usize, bytes: &mut [u8]) -> anyhow::Result<()>;
}

/// The layout of types in the memory of a 32-bit guest.
pub(crate) struct Layout<'a> {
    resolve: &'a Resolve,
    sizes: SizeAlign,
}

/// What has cases: variants, and what the standard defines as one.
struct Cases<'a> {
    tag: Int,
    cases: Vec<(&'a str, Option<&'a Type>)>,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(resolve: &'a Resolve) -> Self {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        Self { resolve, sizes }
    }

    /// Puts a value into new room of the guest, and says where.
    pub(crate) fn lower(
        &self,
        value: &Value,
        ty: &'a Type,
        memory: &mut impl Memory,
    ) -> anyhow::Result<usize> {
        let at = memory.allocate(self.size(ty), self.align(ty))?;
        self.store(value, ty, at, memory)?;
        Ok(at)
    }

    fn store(
        &self,
        value: &Value,
        ty: &'a Type,
        at: usize,
        memory: &mut impl Memory,
    ) -> anyhow::Result<()> {
        let misfit = || format!("{value} is no {ty:?}");
        let integer = || value.as_u64().with_context(misfit);
        let kind = match ty {
            Type::Bool => {
                let truth = value.as_bool().with_context(misfit)?;
                return memory.write(at, &[u8::from(truth)]);
            }
            Type::U8 => return memory.write(at, &u8::try_from(integer()?)?.to_le_bytes()),
            Type::U32 => return memory.write(at, &u32::try_from(integer()?)?.to_le_bytes()),
            Type::U64 => return memory.write(at, &integer()?.to_le_bytes()),
            Type::F64 => {
                let number = value.as_f64().with_context(misfit)?;
                return memory.write(at, &number.to_le_bytes());
            }
            Type::String => {
                let text = value.as_str().with_context(misfit)?;
                let there = memory.allocate(text.len(), 1)?;
                memory.write(there, text.as_bytes())?;
                return store_slice(there, text.len(), at, memory);
            }
            Type::Id(id) => &self.resolve.types[*id].kind,
            other => bail!("the contract has no {other:?}"),
        };
        match kind {
            TypeDefKind::Type(alias) => self.store(value, alias, at, memory),
            TypeDefKind::Record(record) => {
                let types = record.fields.iter().map(|field| &field.ty);
                let offsets = self.sizes.field_offsets(types);
                for (field, (offset, ty)) in record.fields.iter().zip(offsets) {
                    let held = value.get(&field.name).unwrap_or(&Value::Null);
                    self.store(held, ty, at + offset.size_wasm32(), memory)?;
                }
                Ok(())
            }
            TypeDefKind::Tuple(tuple) => {
                let items = value.as_array().with_context(misfit)?;
                let offsets = self.sizes.field_offsets(&tuple.types);
                for (item, (offset, ty)) in items.iter().zip(offsets) {
                    self.store(item, ty, at + offset.size_wasm32(), memory)?;
                }
                Ok(())
            }
            TypeDefKind::List(element) => {
                let items = value.as_array().with_context(misfit)?;
                let stride = self.size(element);
                let there = memory.allocate(items.len() * stride, self.align(element))?;
                for (index, item) in items.iter().enumerate() {
                    self.store(item, element, there + index * stride, memory)?;
                }
                store_slice(there, items.len(), at, memory)
            }
            kind => {
                let cases = Cases::of(kind)?;
                let (name, payload) = match kind {
                    TypeDefKind::Option(_) if value.is_null() => ("none", value),
                    TypeDefKind::Option(_) => ("some", value),
                    TypeDefKind::Enum(_) => (value.as_str().with_context(misfit)?, value),
                    _ => (value["tag"].as_str().with_context(misfit)?, &value["val"]),
                };
                let mut all = cases.cases.iter();
                let index = all
                    .position(|(case, _)| *case == name)
                    .with_context(misfit)?;
                let tag = (index as u32).to_le_bytes();
                memory.write(at, &tag[..width(cases.tag)])?;
                match cases.cases[index].1 {
                    Some(ty) => self.store(payload, ty, at + self.payload(&cases), memory),
                    None => Ok(()),
                }
            }
        }
    }

    /// The canonical bytes of the value that lies here.
    pub(crate) fn canonical(
        &self,
        ty: &'a Type,
        at: usize,
        memory: &impl Memory,
    ) -> anyhow::Result<Vec<u8>> {
        let kind = match ty {
            Type::Bool => {
                let [truth] = load::<1>(at, memory)?;
                return Ok(if truth == 0 { b"f" } else { b"t" }.to_vec());
            }
            Type::U8 => return Ok(number(f64::from(u8::from_le_bytes(load(at, memory)?)))),
            Type::U32 => return Ok(number(f64::from(u32::from_le_bytes(load(at, memory)?)))),
            Type::U64 => return Ok(number(u64::from_le_bytes(load(at, memory)?) as f64)),
            Type::F64 => return Ok(number(f64::from_le_bytes(load(at, memory)?))),
            Type::String => {
                let (there, length) = load_slice(at, memory)?;
                let mut bytes = vec![0; length];
                memory.read(there, &mut bytes)?;
                return Ok(text(&String::from_utf8(bytes)?));
            }
            Type::Id(id) => &self.resolve.types[*id].kind,
            other => bail!("the contract has no {other:?}"),
        };
        let mut out = Vec::new();
        match kind {
            TypeDefKind::Type(alias) => return self.canonical(alias, at, memory),
            TypeDefKind::Record(record) => {
                let types = record.fields.iter().map(|field| &field.ty);
                let offsets = self.sizes.field_offsets(types);
                let mut fields: Vec<_> = record.fields.iter().zip(offsets).collect();
                fields.sort_by_key(|(field, _)| &field.name);
                out.push(b'{');
                for (field, (offset, ty)) in fields {
                    let held = self.canonical(ty, at + offset.size_wasm32(), memory)?;
                    // Of an absent option nothing is written, and everything else has bytes.
                    if !held.is_empty() {
                        out.extend(text(&field.name));
                        out.extend(held);
                    }
                }
                out.push(b'}');
            }
            TypeDefKind::Tuple(tuple) => {
                out.push(b'[');
                for (offset, ty) in self.sizes.field_offsets(&tuple.types) {
                    out.extend(self.canonical(ty, at + offset.size_wasm32(), memory)?);
                }
                out.push(b']');
            }
            TypeDefKind::List(element) => {
                let (there, length) = load_slice(at, memory)?;
                out.push(b'[');
                for index in 0..length {
                    let item = there + index * self.size(element);
                    out.extend(self.canonical(element, item, memory)?);
                }
                out.push(b']');
            }
            kind => {
                let cases = Cases::of(kind)?;
                let mut tag = [0; 4];
                memory.read(at, &mut tag[..width(cases.tag)])?;
                let (name, ty) = cases
                    .cases
                    .get(u32::from_le_bytes(tag) as usize)
                    .context("the guest wrote a case that there is not")?;
                let payload = match ty {
                    Some(ty) => self.canonical(ty, at + self.payload(&cases), memory)?,
                    None => Vec::new(),
                };
                match kind {
                    TypeDefKind::Option(_) => out = payload,
                    TypeDefKind::Enum(_) => out = text(name),
                    _ => out = [b"(", text(name).as_slice(), &payload, b")"].concat(),
                }
            }
        }
        Ok(out)
    }

    fn size(&self, ty: &Type) -> usize {
        self.sizes.size(ty).size_wasm32()
    }

    fn align(&self, ty: &Type) -> usize {
        self.sizes.align(ty).align_wasm32()
    }

    fn payload(&self, cases: &Cases<'_>) -> usize {
        let types = cases.cases.iter().map(|(_, ty)| *ty);
        self.sizes.payload_offset(cases.tag, types).size_wasm32()
    }
}

impl<'a> Cases<'a> {
    fn of(kind: &'a TypeDefKind) -> anyhow::Result<Self> {
        let (tag, cases) = match kind {
            TypeDefKind::Option(some) => (Int::U8, vec![("none", None), ("some", Some(some))]),
            TypeDefKind::Result(result) => (
                Int::U8,
                vec![("ok", result.ok.as_ref()), ("error", result.err.as_ref())],
            ),
            TypeDefKind::Enum(of) => {
                let names = of.cases.iter().map(|case| (case.name.as_str(), None));
                (of.tag(), names.collect())
            }
            TypeDefKind::Variant(of) => {
                let cases = of.cases.iter();
                let cases = cases.map(|case| (case.name.as_str(), case.ty.as_ref()));
                (of.tag(), cases.collect())
            }
            other => bail!("the contract has no {}", other.as_str()),
        };
        Ok(Self { tag, cases })
    }
}

fn width(tag: Int) -> usize {
    match tag {
        Int::U8 => 1,
        Int::U16 => 2,
        Int::U32 | Int::U64 => 4,
    }
}

/// Where a text or a list begins, and how many items it has.
fn store_slice(
    there: usize,
    length: usize,
    at: usize,
    memory: &mut impl Memory,
) -> anyhow::Result<()> {
    memory.write(at, &u32::try_from(there)?.to_le_bytes())?;
    memory.write(at + 4, &u32::try_from(length)?.to_le_bytes())
}

fn load_slice(at: usize, memory: &impl Memory) -> anyhow::Result<(usize, usize)> {
    let there = u32::from_le_bytes(load(at, memory)?);
    let length = u32::from_le_bytes(load(at + 4, memory)?);
    Ok((there as usize, length as usize))
}

fn load<const N: usize>(at: usize, memory: &impl Memory) -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    memory.read(at, &mut bytes)?;
    Ok(bytes)
}

fn number(number: f64) -> Vec<u8> {
    format!("n{:016x}", number.to_bits()).into_bytes()
}

fn text(text: &str) -> Vec<u8> {
    format!("s{}:{text}", text.len()).into_bytes()
}
