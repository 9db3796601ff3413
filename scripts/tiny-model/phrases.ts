/**
 * What the tiny model can say: the skeleton of a benchmark report, six sections of sentences, and two lists.
 * A sentence is a line of slots parted by ` / `, a slot is alternatives parted by ` | `, an alternative is
 * one token. `_` is a space and `~` a line break. A piece may occur in one place only, for the last token
 * alone decides what may follow: that is what makes the model's weights a plain table.
 */

export interface Section {
  heading: string
  /** Said in order; after the last one comes the second one again or the next section. */
  sentences: readonly string[]
}

export const sections: readonly Section[] = [
  {
    heading: '##_Executive_Summary~~',
    sentences: [
      'The_benchmark|This_analysis|The_present_report|Our_evaluation / _covers|_reviews|_summarizes|_describes / _several|_repeated|_recent|_paired / _model_calls|_agent_trials|_measurements|_configurations / _across|_taken_from|_gathered_over / _both_arms.|_the_whole_suite.|_every_stage.|_one_session.',
      '_Median_throughput|_Decoding_speed|_The_output_rate|_Token_generation / _stayed|_remained|_was|_held / _stable|_steady|_close_to_the_baseline|_within_the_noise / _while|_although|_and / _first_token_latency|_the_warm_start|_total_run_time / _improved_slightly.|_varied_between_trials.|_showed_no_trend.|_fell_a_little.',
      '_Overall,|_In_short,|_Taken_together, / _the_candidate|_the_new_setup|_the_tested_agent / _performs|_behaves|_responds / _much_like|_as_well_as|_slightly_better_than / _the_reference_run.|_its_predecessor.|_the_stored_baseline.',
    ],
  },
  {
    heading: '~~##_Data_Ingestion_Summary~~',
    sentences: [
      'The_files|The_records|The_sources / _come_from|_belong_to|_stem_from / _earlier_sessions|_scheduled_jobs|_manual_runs / _and_hold|_and_contain|_and_list / _raw_figures.|_aggregated_values.|_timing_columns.',
      '_Tables|_Documents|_Nested_objects / _were_read|_were_parsed|_were_counted / _in_order,|_one_by_one,|_as_they_came, / _with_none|_with_few|_with_hardly_any / _of_them|_of_these|_among_them / _damaged.|_lacking_a_header.|_left_out.',
    ],
  },
  {
    heading: '~~##_Performance_Analysis~~',
    sentences: [
      'Prefill|Decoding|Scheduling / _takes|_needs|_uses / _a_small|_a_fixed|_the_larger / _share_of|_part_of|_portion_of / _every_call,|_each_reply,|_each_turn, / _followed_by|_next_to|_apart_from / _network_delay.|_queueing.|_serialization.',
      '_Warm_calls|_Later_calls|_Short_calls / _settle_at|_return_to|_cluster_around / _one_level|_the_same_rate|_a_common_value / _once|_after|_when / _the_model_is_loaded.|_the_prompt_is_read.|_the_queue_is_empty.',
      '_Batching|_Caching|_Quantization / _moves|_shifts|_changes / _the_balance|_the_cost|_the_weight / _towards|_away_from|_between / _prompt_tokens.|_reply_tokens.|_memory_traffic.',
    ],
  },
  {
    heading: '~~##_Key_Findings~~',
    sentences: [
      '-_Cold_loads|-_Reload_times|-_Model_switches / _explain|_account_for|_cause / _most_of|_nearly_all_of|_a_large_part_of / _the_spread_in|_the_variance_of|_the_outliers_in / _time_to_first_token.~|_the_early_samples.~|_total_duration.~',
      '-_Longer_prompts|-_Larger_contexts|-_Deeper_queues / _raise|_increase|_dominate / _prompt_evaluation|_memory_pressure|_waiting_time / _more_than|_rather_than|_but_not / _the_decoding_rate.~|_the_reply_length.~|_the_token_count.~',
      '-_Sampling_options|-_Thread_counts|-_Cache_hits / _had|_showed|_left / _little|_no_measurable|_a_modest / _effect_on|_influence_on|_trace_in / _the_report_stage.~|_the_final_figures.~|_the_analysis_stage.~',
    ],
  },
  {
    heading: '~##_Recommendations~~',
    sentences: [
      '-_Keep|-_Pin|-_Record / _the_context_size|_the_sampling_seed|_the_server_version / _fixed|_constant|_visible / _during|_throughout|_for / _each_comparison,|_all_blocks,|_the_campaign, / _so_that|_because|_since / _small_shifts|_real_regressions|_rare_failures / _stay_visible.~|_can_be_traced.~|_are_not_hidden.~',
      '-_Consider|-_Plan|-_Prefer / _additional|_interleaved|_longer / _warm-up_calls|_repetitions|_sessions / _before|_instead_of|_prior_to / _drawing_conclusions.~|_a_single_run.~|_any_release.~',
      '-_Review|-_Inspect|-_Validate / _incomplete|_truncated|_unusual / _replies|_streams|_outputs / _and_exclude_them|_and_report_them|_and_count_them / _with_a_reason.~|_by_block.~|_openly.~',
    ],
  },
  {
    heading: '~##_Conclusion~~',
    sentences: [
      'The_evidence|The_data|This_result / _supports|_suggests|_indicates / _a_careful|_a_positive|_a_neutral / _decision|_reading|_outlook / _for_the_next_iteration.|_on_this_machine.|_under_these_settings.',
      '_Further_trials|_Future_sessions|_Later_runs / _should|_will|_may / _confirm|_refine|_extend / _this_estimate|_the_interval|_the_verdict / _with_more_pairs.|_at_lower_cost.|_in_due_course.',
    ],
  },
]

/** A list in JSON: the key before it, and the one sentence its items are made of, as a line of slots. */
export interface List {
  key: string
  item: string
}

export const lists: readonly List[] = [
  {
    key: 'findings',
    item: 'Cold_calls|Long_replies|Larger_prompts / _govern|_shape|_stretch / _the_tail|_the_spread|_the_average / _of_latency|_of_run_time|_of_waiting_time / _in_both|_in_most|_in_some / _sessions.|_result_files.|_recorded_runs.',
  },
  {
    key: 'recommendations',
    item: 'Measure|Repeat|Compare / _warm_calls|_every_stage|_both_models / _under|_with|_within / _equal_load|_a_fixed_seed|_a_larger_context / _before_any|_instead_of_a|_ahead_of_the_next / _rollout.|_change.|_tuning_round.',
  },
]

/** Strings the model puts into JSON when a grammar makes it write any others. */
export const values: readonly string[] = [
  'stable',
  'steady_throughput',
  'no_clear_change',
  'slightly_faster',
  'within_the_noise_floor',
  'needs_more_trials',
  'report',
  'analysis',
]

/** Words beyond the phrases that the tokenizer knows whole; all else it spells in pairs and letters. */
export const words: string = `
  a about agent agents all also an analysis analyze and answer are as at based baseline be benchmark between
  best bytes calls can cases change chimera code compare complete concise config context count csv data date
  describe detail details dev directory does duration each error explain file files find findings first five
  following for found from generate gpu has have how if in include into is it its json key large latest layers
  list load long markdown may metrics model models modified more most must name new no not number of on one
  only options or out output performance please prompt provide put question read recommendation reply report
  reports request response result results review root run runs same sections seed sentence short should show
  size so stage style such suite summarize summary system table task technical temperature test text than that
  the their them then there these they this three time to tokens total tr two type types use user using value
  values was we were what when which will with work write you your assistant
`

/** Letter pairs, so that unknown words cost about a token per two letters. */
export const pairs: string =
  'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt oc fa ef cu rn sc gi da yo cr cl du ga qu ue ff ba ey ls va um pp ua up lu go ht ru ug ds lt pi rc rr eg au ck ew mu br bi pt ak pu ui rg ib tl ny ki rk ys ob mm fu ph og ms ye ud mb ip ub oi rl gu dr hr cc tw ft wn nu af hu nn eo vo rv nf xp gn sm fl iz ok nl my gl aw ju oa eq sy sl ps jo lf nv je nk kn gs dy hy ze ks xt bs ik dd pt rp sk xi oe oy ws lv dl rf eu dg wr xa yi nm eb rb tm xc eh tc gy ja hn yp za gg ym sw bj lm cs ii ix xe oh lk dv lp ax ox uf dm iu sf bt ka yt ek pm ya gt wl rh yl hs ah yc yb hl mn nr ml ln gm cy yd nh'
