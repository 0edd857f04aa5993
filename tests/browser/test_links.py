"""Links: the address is the state, and reopens exactly what was seen."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from app.examples import EXAMPLES, MENU
from tests.browser.sights import (
    NEURON,
    SQUARE,
    address,
    alive,
    card,
    drawn,
    leaf,
    picture,
    shows,
    visit,
    write,
)

LONG = f"# {'more than a server reads ' * 8}\n" * 40 + SQUARE


def sent(page):
    """Return what stands behind the host: path, query and fragment."""
    return page.url.removeprefix("{0.scheme}://{0.netloc}".format(urlsplit(page.url)))


def test_the_first_address_stays_as_the_visitor_wrote_it(page):
    visit(page)
    assert sent(page) == "/"


def test_a_fresh_page_at_the_address_shows_the_same_picture(page, browse):
    visit(page)
    write(page, SQUARE)
    leaf(page, "x").get_by_role("textbox").fill("-1.5")
    shows(page, "x", "−1.5", "−3")
    page.wait_for_url(address(SQUARE, {"x": -1.5}))
    other = browse()
    other.goto(page.url)
    alive(other)
    assert picture(other) == picture(page)
    assert other.input_value("#source") == SQUARE
    expect(leaf(other, "x").get_by_role("textbox")).to_have_value("−1.5")
    expect(leaf(other, "x")).to_contain_class("changed")


def test_every_sign_survives_the_address(page, browse):
    source = "σ = 2; λ = 0.5 # 50% & more? yes/no + 😀 \"'\n𝛼 = σ*λ^2 + λ"
    visit(page)
    write(page, source)
    page.wait_for_url("**/?p=**")
    other = browse()
    other.goto(page.url)
    alive(other)
    assert other.input_value("#source") == source
    assert picture(other) == picture(page)


def test_a_reload_shows_the_same_again(page):
    visit(page)
    write(page, "x = 3\ny = x*x + w")
    leaf(page, "w").get_by_role("textbox").fill("9")
    shows(page, "y", "18", "+1")
    page.wait_for_url(address("x = 3\ny = x*x + w", {"w": 9}))
    before = picture(page)
    page.reload()
    alive(page)
    assert picture(page) == before


def test_copy_link_copies_the_address_of_what_is_there_now(page, server):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page)
    write(page, SQUARE)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == server + address(SQUARE)


def test_a_long_program_goes_behind_the_hash_and_comes_back(page, browse):
    visit(page)
    write(page, LONG)
    leaf(page, "x").get_by_role("textbox").fill("4")
    shows(page, "y", "16", "+1")
    page.wait_for_url(lambda url: url.endswith("&set=x:4"))
    assert sent(page).startswith("/#p=")
    other = browse()
    other.goto(page.url)
    drawn(other, LONG, {"x": 4})
    assert other.input_value("#source") == LONG
    assert picture(other) == picture(page)
    assert other.url == page.url


# htmx starts in a timer of no delay; on a busy machine that is after the page's own scripts.
LATE = """(() => {
  const soon = window.setTimeout;
  window.setTimeout = (deed, delay = 800, ...rest) => soon(deed, delay, ...rest);
})()"""


def test_a_long_link_is_drawn_even_if_htmx_is_late(page):
    page.add_init_script(LATE)
    page.goto("/#p=x+=+7%0Ay+=+x*x")
    drawn(page, "x = 7\ny = x*x")
    shows(page, "y", "49", "+1")


def test_another_link_in_the_same_tab_is_followed(page):
    visit(page)
    page.goto("/#p=x+=+7%0Ay+=+x*x&set=x:2")
    drawn(page, "x = 7\ny = x*x", {"x": 2})
    shows(page, "y", "4", "+1")
    page.goto("/#p=x+=+7%0Ay+=+x*x*x&set=x:2")
    drawn(page, "x = 7\ny = x*x*x", {"x": 2})
    shows(page, "y", "8", "+1")


def test_every_example_is_drawn_and_opens_from_the_menu(page):
    visit(page)
    links = page.locator("#examples a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == [example.address for example in MENU]
    assert len(links) >= 10
    for each in links:
        answer = page.request.get(each).text()
        assert '<div id="fault" class="fault" role="status"></div>' in answer
        assert answer.count('class="card ') + answer.count('class="box ') >= 2
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("link", name="Softmax and cross-entropy").click()
    page.wait_for_url("**/?p=a,+b,+c**")
    alive(page)
    shows(page, "loss", "1.349", "+1")
    expect(page.locator("#examples")).to_be_hidden()


def test_back_returns_to_what_was_there(page):
    visit(page, NEURON)
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("link", name="One value, used twice").click()
    page.wait_for_url(address(EXAMPLES[2].source))
    page.go_back()
    expect(card(page, "o")).to_be_visible()
    assert page.input_value("#source") == NEURON


def test_a_text_that_is_refused_is_kept_in_the_address_too(page):
    visit(page, SQUARE)
    page.fill("#source", "x*x + tnh(2)")
    page.wait_for_url(address("x*x + tnh(2)"))
    page.reload()
    expect(page.locator("#source")).to_have_value("x*x + tnh(2)")
    expect(page.locator("#fault")).to_contain_text("Did you mean tanh?")
    write(page, "x*x + tanh(2)")
    page.wait_for_url(address("x*x + tanh(2)"))
