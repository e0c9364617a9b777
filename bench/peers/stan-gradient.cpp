// In: a compiled Stan model (MODEL_HPP), DATA.json, and on standard input "count dim" followed by count unconstrained points.
// Out: one JSON line. "check": log density (Jacobian included, constants dropped) and gradient at every point.
// "time SECONDS": the best and the middle batch, in microseconds a gradient, at the first point.
#include MODEL_HPP
#include <stan/io/json/json_data.hpp>
#include <stan/model/gradient.hpp>
#include <stan/model/log_prob_grad.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

using Clock = std::chrono::steady_clock;

// The two public ways to a gradient. Which is quicker depends on the model, so both are timed and the better one counts.
struct ThroughVector {
  stan_model& model;
  std::vector<double> q, gradient;
  std::vector<int> integers;
  double operator()() { return stan::model::log_prob_grad<true, true>(model, q, integers, gradient, nullptr); }
  double* data() { return q.data(); }
};
struct ThroughEigen {
  stan_model& model;
  Eigen::VectorXd q, gradient;
  double operator()() {
    double value = 0;
    stan::callbacks::logger quiet;
    stan::model::gradient(model, q, value, gradient, quiet);
    return value;
  }
  double* data() { return q.data(); }
};

struct Timing {
  double best, middle;
};

template <class Evaluate>
Timing time_batches(Evaluate& evaluate, size_t dim, double seconds, double& sink) {
  auto batch = [&](long count) {
    auto start = Clock::now();
    // A tiny move at each call keeps the compiler and any cache from seeing the same point twice.
    for (long i = 0; i < count; i++) {
      evaluate.data()[i % dim] += 1e-12;
      sink += evaluate();
    }
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  long count = 1;
  while (batch(count) < 0.02 * seconds) count *= 2;
  std::vector<double> each;
  double total = 0;
  while (total < seconds || each.size() < 5) {
    double spent = batch(count);
    total += spent;
    each.push_back(spent / count);
  }
  std::sort(each.begin(), each.end());
  return {each[0], each[each.size() / 2]};
}

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: stan-gradient DATA.json check|time [SECONDS] < POINTS\n";
    return 2;
  }
  std::ifstream file(argv[1]);
  if (!file) {
    std::cerr << "stan-gradient: cannot read " << argv[1] << "\n";
    return 2;
  }
  stan::json::json_data data(file);
  stan_model model(data, 1, &std::cerr);
  size_t dim = model.num_params_r(), count = 0, given = 0;
  if (!(std::cin >> count >> given) || given != dim || count == 0) {
    std::cerr << "stan-gradient: the points have " << given << " coordinates, the model has " << dim << "\n";
    return 2;
  }
  std::vector<std::vector<double>> points(count, std::vector<double>(dim));
  for (auto& point : points)
    for (auto& x : point) std::cin >> x;
  if (!std::cin) {
    std::cerr << "stan-gradient: fewer numbers on standard input than announced\n";
    return 2;
  }

  ThroughVector vector{model, points[0], {}, {}};
  if (std::string(argv[2]) == "check") {
    std::vector<std::string> names;
    model.unconstrained_param_names(names, false, false);
    std::printf("{\"dim\":%zu,\"names\":[", dim);
    for (size_t i = 0; i < names.size(); i++) std::printf("%s\"%s\"", i ? "," : "", names[i].c_str());
    std::printf("],\"points\":[");
    for (size_t p = 0; p < count; p++) {
      vector.q = points[p];
      double lp = vector();
      std::printf("%s{\"lp\":%.17g,\"gradient\":[", p ? "," : "", lp);
      for (size_t i = 0; i < dim; i++) std::printf("%s%.17g", i ? "," : "", vector.gradient[i]);
      std::printf("]}");
    }
    std::printf("]}\n");
    return 0;
  }
  double seconds = argc > 3 ? std::atof(argv[3]) : 1.0, sink = 0;
  Timing first = time_batches(vector, dim, seconds / 2, sink);
  ThroughEigen eigen{model, Eigen::Map<Eigen::VectorXd>(points[0].data(), dim), Eigen::VectorXd(dim)};
  Timing second = time_batches(eigen, dim, seconds / 2, sink);
  Timing better = first.best < second.best ? first : second;
  // The sum is printed so that no call can be optimised away.
  std::printf("{\"us\":%.5f,\"us_middle\":%.5f,\"us_vector\":%.5f,\"us_eigen\":%.5f,\"sink\":%g}\n", better.best * 1e6,
              better.middle * 1e6, first.best * 1e6, second.best * 1e6, sink);
}
