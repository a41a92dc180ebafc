// The total of a PHQ-9 as SurveyJS works it out: `node survey_core.js SECONDS` prints sheets a second.
const { Model } = require("survey-core");

const names = Array.from({ length: 9 }, (_, index) => `q${index + 1}`);
const survey = new Model({
    elements: names.map((name) => ({ type: "radiogroup", name, choices: [0, 1, 2, 3] })),
    calculatedValues: [{ name: "total", expression: names.map((name) => `{${name}}`).join(" + ") }],
});
const until = process.hrtime.bigint() + BigInt(Math.round(Number(process.argv[2]) * 1e9));
let sheets = 0;
while (process.hrtime.bigint() < until) {
    const sheet = Object.fromEntries(names.map((name, index) => [name, (sheets + index) % 4]));
    survey.data = sheet;
    const expected = Object.values(sheet).reduce((sum, each) => sum + each, 0);
    if (survey.getVariable("total") !== expected) throw new Error(`${survey.getVariable("total")} for ${expected}`);
    sheets += 1;
}
console.log(sheets / Number(process.argv[2]));
