// What report_look.sh asks of a page, inside the browser. The page stands in one frame for each
// width; when all of them have loaded, this says what is wrong with it, one problem a line, and ends
// with a line that says how much was looked at. It needs nothing but the browser.
'use strict';

const problems = [];
const seen = {images: 0, texts: 0, tables: 0, details: 0};

function problem(frame, text) {
    problems.push(`${frame.name}: ${text}`);
}

// A few words that say which element is meant.
function name(element) {
    const text = (element.textContent || '').trim().replace(/\s+/g, ' ').slice(0, 40);
    const kind = element.getAttribute('class');
    return `<${element.localName}${kind ? ` class="${kind}"` : ''}> ${text}`;
}

function checkScheme(frame, page, scheme) {
    if (!page.defaultView.matchMedia(`(prefers-color-scheme: ${scheme})`).matches) {
        problem(frame, `the browser does not prefer ${scheme}`);
    }
    const paper = luminance(colour(page.defaultView.getComputedStyle(page.body).backgroundColor));
    if (scheme === 'dark' ? paper > 0.2 : paper < 0.6) {
        problem(frame, `the ground is not ${scheme}`);
    }
}

function checkImages(frame, page) {
    for (const image of page.images) {
        seen.images++;
        if (!image.complete || image.naturalWidth === 0) {
            problem(frame, `a picture does not load: ${image.alt}`);
        }
        if (!image.alt) {
            problem(frame, 'a picture has no alternative text');
        }
    }
    for (const drawing of page.querySelectorAll('svg')) {
        if (drawing.getAttribute('role') !== 'img' || !drawing.getAttribute('aria-label')) {
            problem(frame, 'a drawing has no alternative text');
        }
    }
}

function checkReferences(frame, page) {
    const attributes = ['src', 'srcset', 'href', 'xlink:href', 'action', 'data', 'poster'];
    for (const element of page.querySelectorAll('*')) {
        for (const attribute of element.attributes) {
            const value = attribute.value.trim();
            const inside = value.startsWith('data:') || value.startsWith('#');
            if (attributes.includes(attribute.name) && !inside) {
                problem(frame, `refers to the outside: ${attribute.name}="${value.slice(0, 60)}"`);
            }
            if (attribute.name.startsWith('on')) {
                problem(frame, `has a script: ${attribute.name}`);
            }
        }
    }
    for (const element of page.querySelectorAll('script, iframe, object, embed, base, form')) {
        problem(frame, `has <${element.localName}>`);
    }
    for (const style of page.querySelectorAll('style, [style]')) {
        const text = style.localName === 'style' ? style.textContent : style.getAttribute('style');
        if (/url\(|@import|image-set\(/i.test(text)) {
            problem(frame, 'a style refers to the outside');
        }
    }
}

function checkWidth(frame, page) {
    const root = page.documentElement;
    if (root.scrollWidth > root.clientWidth) {
        problem(frame, `wider than the page: ${root.scrollWidth} of ${root.clientWidth} px`);
    }
    for (const element of page.body.querySelectorAll('*')) {
        const box = element.getBoundingClientRect();
        if (box.width > 0 && (box.right > root.clientWidth + 1 || box.left < -1)) {
            problem(frame, `reaches beyond the page: ${name(element)}`);
        }
    }
}

function checkStructure(frame, page) {
    if (!page.documentElement.lang || !page.title) {
        problem(frame, 'has no language or no title');
    }
    let level = 0;
    for (const heading of page.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
        const next = Number(heading.localName[1]);
        if (next > level + 1 || (next === 1) !== (level === 0)) {
            problem(frame, `a heading out of order: ${name(heading)}`);
        }
        level = next;
    }
    const ids = new Set();
    for (const element of page.querySelectorAll('[id]')) {
        if (ids.has(element.id)) {
            problem(frame, `two elements have the id ${element.id}`);
        }
        ids.add(element.id);
    }
    for (const element of page.querySelectorAll('[aria-labelledby]')) {
        if (!ids.has(element.getAttribute('aria-labelledby'))) {
            problem(frame, `a label is missing: ${name(element)}`);
        }
    }
    if (page.querySelectorAll('main').length !== 1) {
        problem(frame, 'has no landmark <main>, or several');
    }
    for (const section of page.querySelectorAll('main > section')) {
        if (!section.getAttribute('aria-labelledby')) {
            problem(frame, `a section without a name: ${name(section)}`);
        }
    }
    for (const link of page.querySelectorAll('a[href^="#"]')) {
        if (!ids.has(link.getAttribute('href').slice(1))) {
            problem(frame, `a link to nothing: ${link.getAttribute('href')}`);
        }
    }
    for (const table of page.querySelectorAll('table')) {
        seen.tables++;
        if (table.caption === null) {
            problem(frame, `a table without a caption: ${name(table)}`);
        }
        for (const row of table.rows) {
            if (row.querySelector('th[scope]') === null) {
                problem(frame, `a row without a header: ${name(row)}`);
            }
        }
    }
}

// ---- contrast, as WCAG 2 counts it ----

function colour(text) {
    const numbers = text.match(/[\d.]+/g).map(Number);
    return {r: numbers[0], g: numbers[1], b: numbers[2], a: numbers.length > 3 ? numbers[3] : 1};
}

// What a paint that lets something through looks like on what is under it.
function over(paint, under) {
    const mix = (top, bottom) => top * paint.a + bottom * (1 - paint.a);
    return {r: mix(paint.r, under.r), g: mix(paint.g, under.g), b: mix(paint.b, under.b), a: 1};
}

function luminance(of) {
    const part = (value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(of.r) + 0.7152 * part(of.g) + 0.0722 * part(of.b);
}

function ground(page, element) {
    for (let at = element; at !== null; at = at.parentElement) {
        const paint = colour(page.defaultView.getComputedStyle(at).backgroundColor);
        if (paint.a === 1) {
            return paint;
        }
    }
    return {r: 255, g: 255, b: 255, a: 1};
}

function checkContrast(frame, page) {
    const walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const element = walk.currentNode.parentElement;
        const style = page.defaultView.getComputedStyle(element);
        const drawn = element.closest('svg') !== null;
        if (walk.currentNode.textContent.trim() === '' || element.getClientRects().length === 0) {
            continue;
        }
        // The numbers in a drawing's marks stand on a dark circle, not on the page.
        if (drawn && element.classList.contains('number')) {
            continue;
        }
        seen.texts++;
        const under = ground(page, element);
        const ink = luminance(over(colour(drawn ? style.fill : style.color), under));
        const paper = luminance(under);
        const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        if (ratio < 4.5) {
            problem(frame, `contrast ${ratio.toFixed(1)}: ${name(element)}`);
        }
        if (!drawn && parseFloat(style.fontSize) < 11) {
            problem(frame, `letters of ${style.fontSize}: ${name(element)}`);
        }
    }
}

// ---- all together ----

function look(scheme) {
    const heights = [];
    for (const frame of document.querySelectorAll('iframe')) {
        const page = frame.contentDocument;
        heights.push(`height ${frame.name} ${page.documentElement.scrollHeight}`);
        for (const details of page.querySelectorAll('details')) {
            seen.details++;
            details.open = true;
        }
        checkScheme(frame, page, scheme);
        checkImages(frame, page);
        checkReferences(frame, page);
        checkWidth(frame, page);
        checkStructure(frame, page);
        checkContrast(frame, page);
    }
    const counts = Object.entries(seen).map(([what, count]) => `${count} ${what}`).join(', ');
    const lines = [...problems.map((text) => `problem ${text}`), ...heights, `looked at ${counts}`];
    document.body.textContent = `\n${lines.join('\n')}\n`;
    console.log('report_look: the console is heard');
}
