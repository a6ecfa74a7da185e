import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { read, root } from './deployment.ts';

const pages = [...readdirSync(root).filter((name) => name.endsWith('.md')), ...markdownUnder('docs')];
const links = pages.flatMap((page) => relativeLinks(page).map((link) => ({ page, link })));

describe('the documentation', () => {
  it('has links to check', () => expect(links.length).toBeGreaterThan(30));

  it.each(links)('$page -> $link', ({ page, link }) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
    expect({ target, exists: existsSync(join(root, target)) }).toEqual({ target, exists: true });
    if (anchor !== undefined && target.endsWith('.md')) expect(anchors(target)).toContain(anchor);
  });

  it('has an index of operations that misses no page', () => {
    const indexed = relativeLinks('docs/operations/README.md').map((link) => normalize(join('docs/operations', link)));
    for (const page of [...markdownUnder('docs/operations').filter((name) => !name.endsWith('/README.md'))]) expect(indexed).toContain(page);
  });
});

function markdownUnder(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((found) => {
    const path = `${folder}/${found.name}`;
    if (found.isDirectory()) return markdownUnder(path);
    return path.endsWith('.md') ? [path] : [];
  });
}

/** Links to files and headings of the repository; code is left out. */
function relativeLinks(page: string): readonly string[] {
  const prose = withoutCode(page).replaceAll(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
}

/** Headings as GitHub names them. */
function anchors(page: string): readonly string[] {
  return [...withoutCode(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(page: string): string {
  return read(page).replaceAll(/^```[^]*?^```/gm, '');
}
