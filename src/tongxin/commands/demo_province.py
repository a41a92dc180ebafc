"""`tongxin demo-province`: a whole autonomous region over three years, set up once and then only started."""

from pathlib import Path

from tongxin.commands.demo import Sample, parser_of, start_sample

CLOCK = "2027-12-29T09:00"
PROCESSES = 2


def main(argv: list[str]) -> int:
    """Set up on the first start, then serve; later starts keep everything."""
    parser = parser_of("demo-province")
    parser.add_argument("--children", type=int, help="多少名儿童，默认 23585")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="几个进程一起建，默认 2")
    options = parser.parse_args(argv)
    sample = Sample(
        command="make demo-province", folder="demo-province", clock=CLOCK,
        begins="第一次启动：建库、载入一个自治区的真实区划与岗位、各县区导入合成花名册，再走完三年。两个处理器约十分钟……",
        shows="示例：一个自治区。区划是真实的，人都是合成的；时间从 2027年12月29日 09:00 开始。",
        fill=lambda home: _fill(home, options.children, options.processes),
    )
    return start_sample(sample, port=options.port, resets=options.reset, serves=not options.prepare_only)


def _fill(home: Path, children: int | None, processes: int) -> list[dict[str, str]]:
    del home
    from tongxin.demo.province import build, logins, nights
    from tongxin.demo.province.rules import province

    built = build.build(children=children, processes=processes, say=lambda line: print(f"  {line}", flush=True))
    for refused in built.refused:
        print(f"  没有被接受：{refused}", flush=True)
    print(f"  {built.children} 名儿童，{built.entries} 条记录，资金 {built.fund} 元", flush=True)
    handed_out = logins.hand_out(built)
    nights.seal(province().ends)
    return handed_out
