//! Whatever the expression builder can build is taken by the table and means what it says: random conditions and
//! changes over random items, beside a model of both.

use foundation::ids::UserId;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value, json};
use shared::store::{Change, Condition, Key, Listing, Store, StoreError, StoreResult, Write};

use crate::harness::TestSystem;

const ROUNDS: u64 = 400;
/// Reserved words, characters that no expression may have outside of names, and the attributes of a map.
const NUMBERS: [&str; 4] = ["size", "ADD", "ü-1", "map.count"];
const TEXTS: [&str; 4] = ["status", "name", "a b", "map.set"];

type Item = Map<String, Value>;

/// A condition and what it means.
struct Test {
    condition: Condition,
    holds: bool,
}

struct Random {
    random: StdRng,
    /// Whether conditions may speak of the key: those of filters may not.
    keys: bool,
}

impl Random {
    fn seeded(seed: u64) -> Self {
        Self { random: StdRng::seed_from_u64(seed), keys: true }
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn of(&mut self, names: &[&'static str]) -> &'static str {
        names[self.below(names.len())]
    }

    fn number(&mut self) -> i64 {
        self.random.random_range(-2..3)
    }

    fn text(&mut self) -> &'static str {
        self.of(&["", "a", "ab", "b", "#n0", ":v0"])
    }

    fn path(&mut self) -> &'static str {
        self.of(&[NUMBERS, TEXTS].concat())
    }

    /// A value that an attribute may have.
    fn value(&mut self, path: &str) -> Value {
        match self.below(5) {
            0 => Value::Null,
            _ if NUMBERS.contains(&path) => self.number().into(),
            _ => self.text().into(),
        }
    }

    /// Every attribute may be missing; the map is there.
    fn item(&mut self) -> Item {
        let mut item = Item::from_iter([("map".to_owned(), json!({}))]);
        for path in [NUMBERS, TEXTS].concat() {
            if !self.one_in(3) {
                put(&mut item, path, Some(self.value(path)));
            }
        }
        item
    }

    fn test(&mut self, item: Option<&Item>, depth: usize) -> Test {
        if depth == 0 || self.one_in(3) {
            return self.leaf(item);
        }
        if self.one_in(4) {
            let test = self.test(item, depth - 1);
            return Test { condition: test.condition.negated(), holds: !test.holds };
        }
        let (one, other) = (self.test(item, depth - 1), self.test(item, depth - 1));
        if self.one_in(2) {
            Test { condition: one.condition.and(other.condition), holds: one.holds && other.holds }
        } else {
            Test { condition: one.condition.or(other.condition), holds: one.holds || other.holds }
        }
    }

    fn leaf(&mut self, item: Option<&Item>) -> Test {
        let path = self.path();
        let (found, value) = (item.and_then(|item| get(item, path)), self.value(path));
        let (condition, holds) = match self.below(10) {
            0 if self.keys => (Condition::present(), item.is_some()),
            1 if self.keys => (Condition::absent(), item.is_none()),
            2 => (Condition::exists(path), found.is_some()),
            3 => (Condition::missing(path), found.is_none()),
            4 => (Condition::is_null(path), found == Some(&Value::Null)),
            5 => (Condition::equals(path, &value), found == Some(&value)),
            6 => (Condition::differs(path, &value), found != Some(&value)),
            _ => return self.ordered(item),
        };
        Test { condition, holds }
    }

    /// Numbers are in order with numbers, and texts with texts.
    fn ordered(&mut self, item: Option<&Item>) -> Test {
        if self.one_in(2) {
            let path = self.of(&NUMBERS);
            let found = item.and_then(|item| get(item, path)).and_then(Value::as_i64);
            let (a, b) = (self.number(), self.number());
            self.compared(path, found.as_ref(), (a.min(b), a.max(b)))
        } else {
            let path = self.of(&TEXTS);
            let found = item.and_then(|item| get(item, path)).and_then(Value::as_str);
            if self.one_in(3) {
                let prefix = self.text();
                let holds = found.is_some_and(|found| found.starts_with(prefix));
                return Test { condition: Condition::begins_with(path, prefix), holds };
            }
            if self.one_in(3) {
                let part = self.text();
                let holds = found.is_some_and(|found| found.contains(part));
                return Test { condition: Condition::contains(path, part), holds };
            }
            let (a, b) = (self.text(), self.text());
            self.compared(path, found.as_ref(), (a.min(b), a.max(b)))
        }
    }

    fn compared<T: PartialOrd + serde::Serialize>(
        &mut self,
        path: &str,
        found: Option<&T>,
        (least, most): (T, T),
    ) -> Test {
        let is = |holds: &dyn Fn(&T) -> bool| found.is_some_and(holds);
        let (condition, holds) = match self.below(4) {
            0 => (Condition::below(path, &most), is(&|found| *found < most)),
            1 => (Condition::at_most(path, &most), is(&|found| *found <= most)),
            2 => (Condition::at_least(path, &least), is(&|found| *found >= least)),
            _ => (Condition::between(path, &least, &most), is(&|found| (&least..=&most).contains(&found))),
        };
        Test { condition, holds }
    }

    /// A change of some attributes, which is done to `item` too. Nested ones have no map where the item is not there.
    fn change(&mut self, item: &mut Item, is_there: bool) -> Change {
        let mut change = Change::new().set("changed", true);
        put(item, "changed", Some(true.into()));
        for path in [NUMBERS, TEXTS].concat() {
            if self.one_in(2) && (is_there || !path.contains('.')) {
                change = self.changed(change, item, path);
            }
        }
        change
    }

    fn changed(&mut self, change: Change, item: &mut Item, path: &'static str) -> Change {
        let (value, found) = (self.value(path), get(item, path).cloned());
        let (by, is_nested) = (self.number(), path.contains('.'));
        let number = found.as_ref().and_then(Value::as_i64);
        let can_add = NUMBERS.contains(&path) && !is_nested && (found.is_none() || number.is_some());
        match (self.below(6), number) {
            (0, Some(number)) => {
                put(item, path, Some((number - by).into()));
                change.subtract(path, by)
            }
            (1 | 2, _) if can_add => {
                put(item, path, Some((number.unwrap_or(0) + by).into()));
                change.add(path, by)
            }
            (3, _) => {
                put(item, path, Some(found.unwrap_or_else(|| value.clone())));
                change.set_if_missing(path, value)
            }
            (4, _) => {
                let value = Some(value).filter(|_| self.one_in(2));
                put(item, path, value.clone());
                change.set_or_remove(path, value)
            }
            (5, _) => {
                put(item, path, None);
                change.remove([path])
            }
            _ => {
                put(item, path, Some(value.clone()));
                change.set(path, value)
            }
        }
    }
}

fn get<'a>(item: &'a Item, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        Some((map, name)) => item.get(map)?.get(name),
        None => item.get(path),
    }
}

fn put(item: &mut Item, path: &str, value: Option<Value>) {
    let (item, name) = match path.split_once('.') {
        Some((map, name)) => (item[map].as_object_mut().unwrap(), name),
        None => (item, path),
    };
    match value {
        Some(value) => drop(item.insert(name.to_owned(), value)),
        None => drop(item.remove(name)),
    }
}

async fn stored(store: &Store, key: &Key) -> Option<Item> {
    let mut item: Item = store.get(key).await.unwrap()?;
    item.remove("PK").unwrap();
    item.remove("SK").unwrap();
    Some(item)
}

/// A random write under a condition; what it says, and what is there if it is done.
async fn write(
    random: &mut Random,
    store: &Store,
    (key, before): (&Key, Option<&Item>),
    condition: Condition,
) -> (StoreResult<bool>, Option<Item>) {
    let replacement = random.item();
    let mut changed = before.cloned().unwrap_or_default();
    match random.below(6) {
        0 => (store.put_if(key, &replacement, condition).await, Some(replacement)),
        1 => (store.delete_if(key, condition).await, None),
        2 => {
            let change = random.change(&mut changed, before.is_some());
            (store.change_if(key, change, condition).await, Some(changed))
        }
        kind => {
            let (write, after) = match kind {
                3 => (Write::put(key.clone(), &replacement).unwrap(), Some(replacement)),
                4 => (Write::delete(key.clone()), None),
                _ => (Write::change(key.clone(), random.change(&mut changed, before.is_some())), Some(changed)),
            };
            let other = Key::alone(format!("OTHER#{}", key.partition));
            let writes = vec![Write::check(other, Condition::absent()), write.when(condition)];
            let written = store.transact(writes).await.map(|written| match written {
                Ok(()) => true,
                Err(refused) => {
                    assert_eq!(refused.failed, [1]);
                    false
                }
            });
            (written, after)
        }
    }
}

#[tokio::test]
async fn a_conditional_write_is_done_where_its_condition_holds_and_as_it_says() {
    let system = TestSystem::start().await;
    let store = &system.system.context.store;
    let mut held = 0;
    for seed in 0..ROUNDS {
        let mut random = Random::seeded(seed);
        let key = match random.below(2) {
            0 => Key::alone(format!("TEST#{seed}")),
            _ => Key::new(format!("USER#{}", UserId::new()), "TEST"),
        };
        let before = (!random.one_in(4)).then(|| random.item());
        if let Some(item) = &before {
            store.put(&key, item).await.unwrap();
        }
        let Test { condition, holds } = random.test(before.as_ref(), 3);
        let said = format!("seed {seed}: {condition:?} of {before:?}");
        let (written, after) = write(&mut random, store, (&key, before.as_ref()), condition).await;
        assert_eq!(written.expect(&said), holds, "{said}");
        assert_eq!(stored(store, &key).await, if holds { after } else { before }, "{said}");
        held += usize::from(holds);
    }
    assert!((100..300).contains(&held), "{held} of {ROUNDS} conditions held");
}

#[tokio::test]
async fn a_filter_leaves_what_its_condition_holds_of() {
    let system = TestSystem::start().await;
    let store = &system.system.context.store;
    for seed in 0..ROUNDS / 4 {
        let mut random = Random { keys: false, ..Random::seeded(seed) };
        let item = random.item();
        let key = Key::alone(format!("TEST#{seed}"));
        store.put(&key, &item).await.unwrap();
        let Test { condition, holds } = random.test(Some(&item), 3);
        let said = format!("seed {seed}: {condition:?} of {item:?}");
        let count = store.count(Listing::new(&key.partition, &key.sort).filter(condition)).await.expect(&said);
        assert_eq!(count, usize::from(holds), "{said}");
    }
}

#[tokio::test]
async fn no_write_makes_an_item_of_a_deleted_account_whatever_its_condition() {
    let system = TestSystem::start().await;
    let store = &system.system.context.store;
    let mut refused = 0;
    for seed in 0..ROUNDS / 2 {
        let mut random = Random::seeded(seed);
        let partition = format!("USER#{}", UserId::new());
        store.put(&Key::new(&partition, "TOMBSTONE"), &json!({})).await.unwrap();
        let key = Key::new(&partition, "TEST");
        let Test { condition, holds } = random.test(None, 3);
        let said = format!("seed {seed}: {condition:?}");
        let (written, after) = write(&mut random, store, (&key, None), condition).await;
        match written {
            Ok(done) => assert!(!done || after.is_none(), "{said}"),
            Err(StoreError::AccountDeleted) => refused += usize::from(holds),
            Err(error) => panic!("{error}: {said}"),
        }
        assert_eq!(stored(store, &key).await, None, "{said}");
    }
    assert!(refused > 20, "{refused} writes were refused that would have made an item");
}

/// What is in order has to be read in order, and only what begins so.
#[tokio::test]
async fn a_listing_has_what_its_sort_keys_begin_with() {
    let system = TestSystem::start().await;
    let store = &system.system.context.store;
    for sort in ["A#1", "A#2", "AB", "B#1"] {
        store.put(&Key::new("LISTED", sort), &json!({"size": 1})).await.unwrap();
    }
    for (prefix, count) in [("", 4), ("A", 3), ("A#", 2), ("C", 0)] {
        let listing = Listing::new("LISTED", prefix);
        assert_eq!(store.count(listing.clone()).await.unwrap(), count, "{prefix}");
        assert_eq!(store.count(listing.filter(Condition::below("size", 1))).await.unwrap(), 0, "{prefix}");
        assert_eq!(store.left_in("LISTED", prefix, None).await.unwrap().0.len(), count, "{prefix}");
    }
}
