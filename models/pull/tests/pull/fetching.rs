//! Files from an address, and what may go wrong on the way.

use va_models::digest::Sha256;

use crate::server::{Manner, Server};
use crate::world::{World, bytes, known, why};

/// Larger than what is read at once, so that it can break off in the middle.
const SIZE: usize = 700_000;

fn asked(server: &Server) -> Vec<usize> {
    server.requests().into_iter().map(|(_, begin)| begin).collect()
}

#[test]
fn a_file_is_fetched_checked_and_installed() {
    let content = bytes(SIZE);
    let server = Server::of(&[("/w", &content, Manner::Well)]);
    let world = World::new().with_model("words", &format!("url = \"{}\"", server.url("/w")), &content);
    let (report, told) = world.pull_from(&["words"], None);
    assert_eq!((report.installed.len(), report.fetched), (1, SIZE as u64));
    assert_eq!(world.content("words", "words.txt"), Some(content));
    assert_eq!(world.left_over(), Vec::<String>::new());
    assert!(
        told.iter().any(|event| event.starts_with("Fetching"))
            && told.last().expect("some").starts_with("Installed")
    );
}

#[test]
fn a_connection_that_breaks_off_is_gone_on_with() {
    let content = bytes(SIZE);
    let server = Server::of(&[("/w", &content, Manner::BreaksOff(300_000))]);
    let world = World::new().with_model("words", &format!("url = \"{}\"", server.url("/w")), &content);
    assert_eq!(world.pull(&["words"]).failed.len(), 0);
    assert_eq!(asked(&server), [0, 300_000]);
    assert_eq!(world.content("words", "words.txt"), Some(content));
}

#[test]
fn a_server_without_ranges_is_asked_for_the_whole_again() {
    let content = bytes(SIZE);
    let server = Server::of(&[("/w", &content, Manner::BreaksOffAndKnowsNoRanges(300_000))]);
    let world = World::new().with_model("words", &format!("url = \"{}\"", server.url("/w")), &content);
    assert_eq!(world.pull(&["words"]).failed.len(), 0);
    assert_eq!(world.content("words", "words.txt"), Some(content));
}

/// Where the part of a model's only download lies.
fn part(content: &[u8]) -> String {
    format!("models/.downloads/{}-s.part", &Sha256::of(content).as_str()[..16])
}

#[test]
fn what_an_earlier_run_left_is_gone_on_with() {
    let content = bytes(SIZE);
    let server = Server::of(&[("/w", &content, Manner::Well)]);
    let world = World::new().with_model("words", &format!("url = \"{}\"", server.url("/w")), &content);
    world.write(&part(&content), &content[..500_000]);
    assert_eq!(world.pull(&["words"]).failed.len(), 0);
    assert_eq!(asked(&server), [500_000]);
    assert_eq!(world.content("words", "words.txt"), Some(content));
}

#[test]
fn what_an_earlier_run_left_of_something_else_is_thrown_away() {
    for length in [500_000, SIZE, SIZE + 9] {
        let content = bytes(SIZE);
        let server = Server::of(&[("/w", &content, Manner::Well)]);
        let world = World::new().with_model("words", &format!("url = \"{}\"", server.url("/w")), &content);
        world.write(&part(&content), &vec![7; length]);
        assert_eq!(world.pull(&["words"]).failed.len(), 0, "{length}");
        assert_eq!(world.content("words", "words.txt"), Some(content), "{length}");
    }
}

#[test]
fn of_a_wrong_sum_nothing_is_kept_and_both_sums_are_told() {
    let (content, other) = (bytes(SIZE), vec![7; SIZE]);
    let server = Server::of(&[("/w", &other, Manner::Well)]);
    let world = World::new().with_model("words", &format!("url = \"{}\"", server.url("/w")), &content);
    let report = world.pull(&["words"]);
    assert_eq!((report.installed.len(), server.requests().len()), (0, 1));
    let why = why(&report, "words");
    assert!(
        why.contains(Sha256::of(&content).as_str()) && why.contains(Sha256::of(&other).as_str()),
        "{why}"
    );
    assert!(why.contains("nothing of it is kept"), "{why}");
    assert_eq!(world.left_over(), Vec::<String>::new());
    assert_eq!(world.store.names().expect("readable"), Vec::<String>::new());
}

#[test]
fn a_file_that_is_too_long_is_not_read_to_its_end() {
    let content = bytes(1000);
    let server = Server::of(&[("/w", &bytes(5_000_000), Manner::Well)]);
    let world = World::new().with_model("words", &format!("url = \"{}\"", server.url("/w")), &content);
    assert!(why(&world.pull(&["words"]), "words").contains(": it has 1001 bytes and the sum"));
}

#[test]
fn what_one_model_lacks_does_not_keep_the_others_nor_what_was_there() {
    let (one, two) = (bytes(SIZE), bytes(1000));
    let server = Server::of(&[("/one", &one, Manner::Well)]);
    let url = |path| format!("url = \"{}\"", server.url(path));
    let world = World::new().with_model("one", &url("/one"), &one).with_model("two", &url("/two"), &two);
    let report = world.pull(&["one", "two"]);
    assert_eq!(report.installed.iter().map(|model| model.name.as_str()).collect::<Vec<_>>(), ["one"]);
    let why = why(&report, "two");
    assert!(why.ends_with("/two: the server answered 404 Not Found"), "{why}");
}

#[test]
fn without_a_server_it_is_told_what_was_tried() {
    let content = bytes(10);
    // Nobody listens at a port that was just given back.
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let url = format!("url = \"http://127.0.0.1:{port}/w\"");
    let world = World::new().with_model("words", &url, &content);
    let why = why(&world.pull(&["words"]), "words");
    assert!(why.contains(&format!("http://127.0.0.1:{port}/w: ")) && why.contains("refused"), "{why}");
}

#[test]
fn a_hub_is_asked_where_the_operator_says() {
    let content = bytes(1000);
    let server = Server::of(&[("/org/net/resolve/v1/f/w.txt", &content, Manner::Well)]);
    let source = "hub = \"org/net\", revision = \"v1\", file = \"f/w.txt\"";
    let mut world = World::new().with_model("words", source, &content);
    assert!(why(&world.pull(&["words"]), "words").contains("set VA_HUB_URL"));
    world.tools.hub = Some(server.url("/"));
    assert_eq!(world.pull(&["words"]).failed.len(), 0);
    assert_eq!(world.content("words", "words.txt"), Some(content));
}

#[test]
fn an_update_that_fails_leaves_the_old_version_and_one_that_succeeds_keeps_it_to_return_to() {
    let (old, new) = (bytes(2000), bytes(3000));
    let server = Server::of(&[("/old", &old, Manner::Well), ("/new", &new, Manner::Well)]);
    let world = |path| {
        World::new().with_model(
            "words",
            &format!("url = \"{}\"", server.url(path)),
            if path == "/old" { &old } else { &new },
        )
    };
    let first = world("/old");
    assert_eq!(first.pull(&["words"]).failed.len(), 0);
    for (path, failed, content) in [("/lost", 1, &old), ("/new", 0, &new)] {
        let next = World { store: first.store.clone(), ..world(path) };
        assert_eq!(next.pull(&["words"]).failed.len(), failed, "{path}");
        assert_eq!(next.content("words", "words.txt").as_ref(), Some(content), "{path}");
    }
    let lock = first.store.lock(|| ()).expect("a lock");
    first.store.rollback(&lock, "words").expect("the old one is kept");
    assert_eq!(first.content("words", "words.txt"), Some(old));
}

#[test]
fn parts_are_joined_in_order() {
    let whole = bytes(SIZE);
    let (head, tail) = whole.split_at(400_000);
    let server = Server::of(&[("/head", head, Manner::Well), ("/tail", tail, Manner::Well)]);
    let source = |name, path, content| {
        format!("{{ as = \"{name}\", url = \"{}\", {} }}", server.url(path), known(content))
    };
    let world = World::new().with(&format!(
        "[[model]]\nname = \"words\"\nkind = \"text\"\ntier = \"small\"\nlicence = \"MIT\"\n\
         join = {{ as = \"whole\", parts = [\"head\", \"tail\"], {} }}\nsource = [{}, {}]\n\
         output = [{{ file = \"words.txt\", copy = \"whole\", {} }}]\n",
        known(&whole),
        source("tail", "/tail", tail),
        source("head", "/head", head),
        known(&whole),
    ));
    assert_eq!(world.pull(&["words"]).failed.len(), 0);
    assert_eq!(world.content("words", "words.txt"), Some(whole));
}
