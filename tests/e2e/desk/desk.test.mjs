// A teacher and a principal at the desk, in order: each test goes on where the one before left the ledger.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { accessible, closeBrowser, folder, newPage, noSidewaysScroll, passphrase, picture, startDesk } from './desk.mjs';

after(closeBrowser);

const signIn = async (page, secret = passphrase) => {
  await page.locator('#passphrase').fill(secret);
  await page.locator('form button[type=submit]').click();
};

test('a teacher: bad sheet, marked cells, good sheet, signed, final', async () => {
  const desk = await startDesk('--key', join(folder, 'keys/toan.key'));
  const { page, close } = await newPage('vi');
  try {
    await page.goto(desk.link);
    await page.getByRole('heading', { name: 'Mở bàn làm việc' }).waitFor();
    assert.ok(!page.url().includes('start='), 'the token stays in the address');
    assert.equal(await page.locator('html').getAttribute('lang'), 'vi');
    await accessible(page, 'lock');
    await picture(page, 'desk-unlock');
    await signIn(page, 'không phải mật khẩu');
    await page.getByRole('alert').filter({ hasText: 'Mật khẩu không đúng' }).waitFor();
    await signIn(page);
    await page.getByRole('heading', { name: 'Xin chào, Hồ Mai Hạnh Mẫu' }).waitFor();
    await page.getByText('Đã ký 1 trong 2 bảng điểm').first().waitFor();
    await accessible(page, 'work');
    await picture(page, 'desk-work');

    await page.getByRole('link', { name: 'Ký Toán, lớp 10A1, Học kỳ I' }).click();
    await page.getByRole('heading', { name: 'Ký một bảng từ tệp' }).waitFor();
    assert.equal(await page.getByLabel('Môn').inputValue(), 'toan');
    await accessible(page, 'sheet form');
    await page.locator('#file').setInputFiles(join(folder, 'files/toan-hong.xlsx'));
    await page.getByRole('button', { name: 'Kiểm tra tệp' }).click();
    await page.getByRole('heading', { name: 'Tệp có 4 lỗi. Chưa ký gì.' }).waitFor();
    assert.equal(await page.locator('.grid .marked.bad').count(), 4);
    assert.equal(await page.getByRole('button', { name: 'Xem lại và ký…' }).count(), 0);
    const texts = await page.locator('.faults li').allInnerTexts();
    for (const part of ['11', 'tám', '9 chữ số', 'không có trong danh sách lớp']) assert.ok(texts.some((x) => x.includes(part)), `${part} in ${texts}`);
    await page.locator('.faults a').first().click();
    const focused = await page.evaluate(() => [document.activeElement.id, document.activeElement.className, document.activeElement.title]);
    assert.match(focused[0], /^cell-\d+-\d+$/);
    assert.match(focused[1], /marked bad/);
    assert.ok(texts[0].endsWith(focused[2]), `${texts[0]} / ${focused[2]}`);
    await accessible(page, 'faults');
    await noSidewaysScroll(page, 'faults');
    await page.evaluate(() => { document.querySelector('#result').scrollIntoView(); });
    await picture(page, 'desk-faults');

    await page.locator('#file').setInputFiles(join(folder, 'files/diem/10A1/toan-hk1.xlsx'));
    await page.getByRole('button', { name: 'Kiểm tra tệp' }).click();
    await page.getByRole('heading', { name: 'Tệp đúng: 45 học sinh.' }).waitFor();
    // A field that is changed makes the result void.
    await page.getByLabel('Ô trống nghĩa là').selectOption('not-yet');
    await page.getByText('Tệp hoặc lựa chọn đã đổi').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Xem lại và ký…' }).count(), 0);
    await page.getByLabel('Ô trống nghĩa là').selectOption('');
    await page.getByRole('button', { name: 'Kiểm tra tệp' }).click();
    await page.getByRole('heading', { name: 'Tệp đúng: 45 học sinh.' }).waitFor();
    // So does another file, and one of another subject is refused by what its title says.
    await page.locator('#file').setInputFiles(join(folder, 'titled/vat-li-hk1.csv'));
    assert.equal(await page.getByRole('button', { name: 'Xem lại và ký…' }).count(), 0);
    await page.getByRole('button', { name: 'Kiểm tra tệp' }).click();
    await page.getByText('Tiêu đề ghi môn Vật lí').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Xem lại và ký…' }).count(), 0);
    await page.locator('#file').setInputFiles(join(folder, 'files/diem/10A1/toan-hk1.xlsx'));
    await page.getByRole('button', { name: 'Kiểm tra tệp' }).click();
    await page.getByRole('heading', { name: 'Tệp đúng: 45 học sinh.' }).waitFor();
    await page.getByRole('button', { name: 'Xem lại và ký…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'Bạn sắp ký: bảng điểm môn học' }).waitFor();
    assert.equal(await dialog.locator('.view tbody tr').count(), 45);
    assert.match(await dialog.locator('.view tbody tr').first().innerText(), /\d[.]\d\s+\d+[.]\d\s+\d+[.]\d$/);
    for (const [term, value] of [['Lớp', '10A1'], ['Môn', 'toan'], ['Học kỳ', 'Học kỳ I'], ['Số học sinh', '45'], ['Tệp', 'toan-hk1.xlsx']]) {
      await dialog.locator('.terms div', { has: page.locator('dt', { hasText: new RegExp(`^${term}$`) }) }).filter({ hasText: value }).waitFor();
    }
    await accessible(page, 'sign');
    await picture(page, 'desk-sign');
    await page.setViewportSize({ width: 360, height: 640 });
    // On a phone a value stands in a line of its own, not letter under letter.
    const width = await dialog.locator('.terms dd').first().evaluate((e) => e.getBoundingClientRect().width);
    assert.ok(width > 200, `a value has ${width} px`);
    await picture(page, 'desk-sign-phone');
    await page.setViewportSize({ width: 1366, height: 768 });
    await dialog.locator('input').fill('sai');
    await dialog.getByRole('button', { name: 'Ký', exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: 'Mật khẩu không đúng' }).waitFor();
    await dialog.locator('input').fill(passphrase);
    await dialog.getByRole('button', { name: 'Ký', exact: true }).click();
    await dialog.getByRole('heading', { name: 'Đã ghi vào sổ cái, không thể đảo ngược' }).waitFor();
    await accessible(page, 'final');
    const id = await dialog.locator('code.id').innerText();
    const record = await (await fetch(`${readFileSync(join(folder, 'node/url'), 'utf8').trim()}/v1/records/${id}`)).json();
    assert.equal(record.type, 'grade-sheet');
    assert.equal(record.final, true);
    await dialog.getByRole('button', { name: 'Xong' }).click();
    await page.getByText('Đã ký 2 trong 2 bảng điểm').first().waitFor();

    await page.getByRole('link', { name: 'Lịch sử' }).click();
    await page.getByRole('link', { name: /Xem lịch sử.*Học kỳ I$/ }).click();
    await page.locator('.events li').filter({ hasText: 'bảng điểm' }).first().waitFor();
    await accessible(page, 'history');

    await page.reload();
    await page.getByRole('heading', { name: 'Lịch sử', exact: true }).waitFor();
    // Another tab has the cookie, not the token.
    const other = await page.context().newPage();
    await other.goto(new URL('/', desk.link).href);
    await other.getByRole('heading', { name: 'Cần một liên kết mới' }).waitFor();
    await accessible(other, 'no link');
    await other.close();
    await page.getByRole('button', { name: 'Đóng', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Ở lại' }).click();  // it asks first
    await page.getByRole('heading', { name: 'Lịch sử', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Đóng', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Đóng hẳn' }).click();
    await page.getByRole('heading', { name: 'Bàn làm việc đã đóng' }).waitFor();
    assert.equal(await desk.ended, 0);
    assert.ok(!desk.output().includes(passphrase));
  } finally {
    await desk.stop();
    await close();
  }
});

test('a principal: who is missing, transcripts with progress, the seal', async () => {
  const desk = await startDesk('--keys', join(folder, 'office'));
  const { page, close } = await newPage('en');
  try {
    await page.goto(desk.link);
    // The seal's key file comes first and is not chosen for anybody.
    assert.ok(await page.getByLabel('Đỗ Hoàng Quân Thí Dụ').isChecked());
    await page.getByLabel('Đỗ Hoàng Quân Thí Dụ').check();
    await signIn(page);
    await page.getByRole('heading', { name: 'Hello, Đỗ Hoàng Quân Thí Dụ' }).waitFor();
    await page.getByText('2 sheets are not signed yet.').waitFor();
    assert.deepEqual((await page.locator('section.card table tbody tr').allInnerTexts()).map((x) => x.replace(/\s+/g, ' ')),
      ['10A1 Vật lí First term Lý Hữu Sự Giả', '10A1 Vật lí Second term Lý Hữu Sự Giả']);
    await accessible(page, 'missing');
    // The tour's pictures are Vietnamese; the page changes over and back.
    await page.locator('#language').click();
    await page.getByRole('heading', { name: 'Xin chào, Đỗ Hoàng Quân Thí Dụ' }).waitFor();
    await picture(page, 'desk-missing');
    await page.locator('#language').click();
    await page.getByRole('heading', { name: 'Hello, Đỗ Hoàng Quân Thí Dụ' }).waitFor();

    await page.getByRole('link', { name: 'Transcripts' }).click();
    await page.getByText('This class lacks 2 sheets').waitFor();
    await page.getByRole('button', { name: 'Prepare' }).click();
    await page.getByRole('heading', { name: '45 transcripts are ready to be signed.' }).waitFor();
    await accessible(page, 'issue');
    await page.getByRole('button', { name: 'Review and sign…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'You are about to sign: transcript' }).waitFor();
    await dialog.locator('input').fill(passphrase);
    await dialog.getByRole('button', { name: 'Sign', exact: true }).click();
    await dialog.getByRole('progressbar').waitFor();
    await dialog.getByRole('heading', { name: 'On the ledger, final' }).waitFor();
    await dialog.getByText('45 records, final.').waitFor();
    await dialog.getByRole('alert').filter({ hasText: 'the seal is missing' }).waitFor();
    await dialog.getByText('Hand them out only after the seal').waitFor();
    await accessible(page, 'issued');
    await picture(page, 'desk-issued');
    const codes = join(folder, 'codes/ma-nhan-10A1-2025.csv');
    assert.equal(statSync(codes).mode & 0o777, 0o600);
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Download the codes' }).click()]);
    assert.equal(readFileSync(await download.path(), 'utf8'), readFileSync(codes, 'utf8').replace(/^\uFEFF/, ''));
    assert.equal(readFileSync(codes, 'utf8').trim().split('\n').length, 46);
    await dialog.getByRole('button', { name: 'Done' }).click();

    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByLabel('Trường THPT Ví Dụ Số 1').check();
    await signIn(page);
    await page.getByRole('heading', { name: 'Hello, Trường THPT Ví Dụ Số 1' }).waitFor();
    await page.getByRole('link', { name: 'Waiting' }).click();
    await page.getByLabel('Choose all 45').check();
    await accessible(page, 'waiting');
    await picture(page, 'desk-waiting');
    await page.getByRole('button', { name: 'Review and sign…' }).click();
    await dialog.locator('input').fill(passphrase);
    await dialog.getByRole('button', { name: 'Sign', exact: true }).click();
    await dialog.getByRole('heading', { name: 'On the ledger, final' }).waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Nothing is waiting.').waitFor();
    await accessible(page, 'nothing waits');

    // One of them was issued in error: the principal revokes it, and it waits for the department.
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByLabel('Đỗ Hoàng Quân Thí Dụ').check();
    await signIn(page);
    await page.getByRole('heading', { name: 'Hello, Đỗ Hoàng Quân Thí Dụ' }).waitFor();
    await page.getByRole('link', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Show the list' }).click();
    await page.getByRole('heading', { name: '45 documents' }).waitFor();
    await accessible(page, 'revoke');
    await noSidewaysScroll(page, 'revoke');
    await page.getByRole('button', { name: 'Review and sign…' }).click();
    await page.getByRole('alert').filter({ hasText: 'Choose at least one document and a reason.' }).waitFor();
    const box = page.locator('#main input[type=checkbox]').first();
    await box.check();
    await page.getByLabel('Reason').selectOption('issued-in-error');
    await page.getByRole('button', { name: 'Review and sign…' }).click();
    await dialog.getByRole('heading', { name: 'You are about to sign: revocation' }).waitFor();
    await accessible(page, 'sign a revocation');
    await picture(page, 'desk-revoke');
    await dialog.locator('input').fill(passphrase);
    await dialog.getByRole('button', { name: 'Sign', exact: true }).click();
    await dialog.getByRole('heading', { name: 'On the ledger, final' }).waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByText('a change waits for approval').waitFor();
    assert.equal(await page.locator('#main input[type=checkbox]:disabled').count(), 1);
  } finally {
    await desk.stop();
    await close();
  }
});

test('keyboard only', async () => {
  const desk = await startDesk('--key', join(folder, 'keys/vat-li.key'));
  const { page, close } = await newPage('en', { width: 1024, height: 600 });
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);
  /** Tab until something with that text or id has the focus, as a person would. */
  const tabTo = async (wanted, key = 'Tab') => {
    for (let i = 0; i < 60; ++i) {
      await page.keyboard.press(key);
      if ((await focused()) === wanted) return;
    }
    assert.fail(`${wanted} is not reached with ${key}`);
  };
  // Asked for long before: the browser is told asynchronously to hand choosers over, and a key press may overtake that.
  const opened = new Promise((resolve) => { page.once('filechooser', resolve); });
  try {
    await page.goto(desk.link);
    await page.getByRole('heading', { name: 'Open the desk' }).waitFor();
    assert.equal(await focused(), 'passphrase');
    await page.keyboard.type(passphrase);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Hello/ }).waitFor();
    await noSidewaysScroll(page, 'work');
    assert.match(await focused(), /^Hello/);  // a screen reader begins at the heading
    await tabTo('Sign');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sign a sheet from a file' }).waitFor();
    await tabTo('file');
    await page.keyboard.press('Space');
    await (await opened).setFiles(join(folder, 'files/diem/10A1/vat-li-hk1.csv'));
    await tabTo('Check the file');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The file is in order: 45 students.' }).waitFor();
    await tabTo('Review and sign…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    assert.equal(await focused(), 'sign-passphrase');
    await page.keyboard.press('Escape');  // nothing is signed
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal(await focused(), 'Review and sign…');
    await page.keyboard.press('Enter');
    await page.keyboard.type(passphrase);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'On the ledger, final' }).waitFor();
    await tabTo('Done');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 2 sheets signed').first().waitFor();
    await tabTo('Lock', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Open the desk' }).waitFor();
  } finally {
    await desk.stop();
    await close();
  }
});

test('--lang wins over the browser', async () => {
  const desk = await startDesk('--key', join(folder, 'keys/vat-li.key'), '--lang', 'vi');
  const { page, close } = await newPage('en');
  try {
    await page.goto(desk.link);
    await page.getByRole('heading', { name: 'Mở bàn làm việc' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'vi');
  } finally {
    await desk.stop();
    await close();
  }
});

test('both languages say everything, on a small laptop and on a phone', async () => {
  const desk = await startDesk('--keys', join(folder, 'office'));
  const { page, close } = await newPage('vi', { width: 1024, height: 600 });
  try {
    await page.goto(desk.link);
    await signIn(page);
    await page.getByRole('heading', { name: /^Xin chào/ }).waitFor();
    for (const [language, button] of [['vi', 'English'], ['en', 'Tiếng Việt']]) {
      for (const section of ['work', 'sheet', 'approve', 'issue', 'revoke', 'history']) {
        await page.evaluate((s) => { location.hash = `#${s}`; }, section);
        await page.locator(`nav a[aria-current=page][href="#${section}"]`).waitFor();
        await page.locator('main .title h1').waitFor();
        assert.equal(await page.locator('html').getAttribute('lang'), language);
        for (const width of [1024, 360]) {
          await page.setViewportSize({ width, height: 600 });
          await noSidewaysScroll(page, `${section} at ${width}`);
          await accessible(page, `${section} ${language} ${width}`);
        }
        const text = await page.locator('main').innerText();
        assert.ok(!/undefined|\[object|\{\d\}/.test(text), `${section} ${language}: ${text}`);
      }
      await page.getByRole('button', { name: button }).click();
    }
  } finally {
    await desk.stop();
    await close();
  }
});
